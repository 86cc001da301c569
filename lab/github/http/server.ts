import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { readWhole } from "@ghrunners/core/read-whole";
import type { GitHubFaults } from "../faults";
import { largestPush } from "../repository/git";
import type { GitHubReply } from "./message";
import type { RawRequest, Responder } from "./respond";

/** What a push may send, in bytes: its pack, which git itself limits, and the names of its refs. */
const pushLimit = largestPush + 2 ** 20;
const bodyLimit = 10 * 2 ** 20;

/**
 * The body of a request to any of the emulator's interfaces.
 * @throws Error when it is larger than 10 MiB, or a push than 33
 */
export function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const limit = message.url?.endsWith("/git-receive-pack") === true ? pushLimit : bodyLimit;
  return readWhole(message, limit, () => new Error(`The request body is larger than ${limit} bytes.`));
}

export function send(response: ServerResponse, reply: GitHubReply<number, Buffer | string | undefined>): void {
  const length =
    reply.body === undefined || reply.status === 304 ? {} : { "content-length": Buffer.byteLength(reply.body) };
  response.writeHead(reply.status, { ...reply.headers, ...length });
  response.end(reply.body);
}

/** GitHub's form of a request id. */
const newRequestId = (): string =>
  randomBytes(18)
    .toString("hex")
    .toUpperCase()
    .replace(/^(.{4})(.{6})(.{7})(.{7})(.{8}).*$/, "$1:$2:$3:$4:$5");

/** A listener for node:https that answers by the responder, with the faults that concern the connection itself. */
export function requestListener(responder: Responder, faults: GitHubFaults) {
  return async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (faults.active("down") !== undefined) {
      message.socket.destroy();
      return;
    }
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    try {
      const url = new URL(message.url ?? "/", "https://emulator.invalid");
      const [path = "/"] = (message.url ?? "/").split("?", 1);
      const request: RawRequest = {
        method: message.method ?? "GET",
        path,
        query: url.searchParams,
        headers: message.headers,
        body: await bodyOf(message),
        signal: gone.signal,
      };
      const slow = faults.active("slow");
      if (slow !== undefined) await delay(slow.parameters.milliseconds, undefined, { signal: gone.signal });
      const skew = faults.active("clock-skew");
      if (skew !== undefined) {
        response.setHeader("date", new Date(Date.now() + skew.parameters.offsetSeconds * 1000).toUTCString());
      }
      const reply = await responder.respond(request, newRequestId());
      if (!response.destroyed) send(response, reply);
    } catch {
      // The client disconnected or sent an unreadable request: there is no client to answer.
      message.socket.destroy();
    }
  };
}
