/**
 * Answers `/api/faults` of the lab's console: what can be broken, and the buttons. A button changes the lab, so a POST
 * must come from the page itself: by its origin, and by a token that no page of another origin can read.
 */
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import path from "node:path";
import { isForeign, words, type HttpAnswer } from "@ghrunners/cli/console/server";
import { faultPanelActionSchema, type FaultPanel, type FaultSubject, type FaultPanelAction } from "./panel";

/** First file of the page that has the panel. */
export const faultPage = path.join(__dirname, "page/main.tsx");

/** What the panel needs of the lab. */
export interface FaultActions {
  subjects(): Promise<FaultSubject[]>;
  /** @throws Error with the reason why it cannot be done */
  press(press: FaultPanelAction): Promise<void>;
}

/** Largest body, bytes: a press has about 60. */
const LARGEST = 2_000;

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk as string;
    if (text.length > LARGEST) return undefined;
  }
  return text;
}

const same = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one, "latin1"), Buffer.from(other, "latin1"));

/** Why a POST is not from the page; undefined: it is. */
function refusal({ headers }: IncomingMessage, token: string): HttpAnswer | undefined {
  // The Host header was checked: it is this server's own address.
  if (headers.origin !== `http://${headers.host}`)
    return words(403, `Only the console's own page may press a button, not "${headers.origin ?? "no origin"}".\n`);
  if (!same(String(headers["x-token"] ?? ""), token))
    return words(403, "The token is not the one of this console. Next: load the page again.\n");
  if (headers["content-type"] !== "application/json") return words(415, "Expected JSON.\n");
  return undefined;
}

function parsed(text: string | undefined): FaultPanelAction | undefined {
  try {
    return faultPanelActionSchema.parse(JSON.parse(text ?? ""));
  } catch {
    return undefined;
  }
}

/**
 * The handler of `/api/faults`.
 * @param token known to this server and its page alone
 */
export function faultsHandler(actions: FaultActions, token: string): (request: IncomingMessage) => Promise<HttpAnswer> {
  // One button at a time: two at once could leave half of each.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (press: FaultPanelAction): Promise<void> => {
    const done = last.then(() => actions.press(press));
    last = done.catch(() => undefined);
    return done;
  };
  const panel = async (): Promise<HttpAnswer> => {
    const shown: FaultPanel = { token, subjects: await actions.subjects() };
    return { status: 200, type: "application/json", body: JSON.stringify(shown) };
  };
  return async (request) => {
    if (isForeign(request)) return words(403, "Only the console's own page may ask for this.\n");
    if (request.method === "GET") return panel();
    if (request.method !== "POST") return words(405, "Expected GET or POST.\n");
    const refused = refusal(request, token);
    if (refused !== undefined) return refused;
    const press = parsed(await bodyOf(request));
    if (press === undefined) return words(400, "Expected a fault with its target, to make or to clear.\n");
    try {
      await inTurn(press);
    } catch (error) {
      return words(409, `${(error as Error).message}\n`);
    }
    return panel();
  };
}
