/**
 * The console's web server: on loopback only, read-only, without a request to any other place. A page of another site
 * cannot read it: a name that was pointed at 127.0.0.1 is refused by its Host header, a request of another origin by
 * what the browser says about it.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { escape } from "../dashboards/format";
import type { PageFiles } from "./assets";

const ADDRESS = "127.0.0.1";

/** What the server answers with. */
export interface Served {
  readonly title: string;
  readonly page: PageFiles;
  /** JSON by its path, such as `/api/snapshot`. A function that throws WrongQuestion is answered with 400. */
  readonly json: Readonly<Record<string, (query: URLSearchParams) => unknown>>;
  /**
   * Paths that a program adds which serves the page with a part of its own. Each function decides whom it answers; only
   * the Host header was checked before. Default: none, and the console only shows.
   */
  readonly more?: Readonly<Record<string, (request: IncomingMessage) => Promise<HttpAnswer>>>;
}

/** What is sent back. */
export interface HttpAnswer {
  readonly status: number;
  /** Media type. */
  readonly type: string;
  readonly body: string;
  /** Sent besides the server's own headers, or in place of them. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The query asks for something that does not exist; the message says what was expected. */
export class WrongQuestion extends Error {}

export interface RunningServer {
  readonly url: string;
  /** Ends the server and its open connections. */
  close(): Promise<void>;
}

const headers = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
} as const;

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#2a62b8"/><circle cx="8" cy="8" r="4" fill="#fff"/></svg>';

const html = (title: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
</head>
<body><div id="page"></div><noscript>This page needs JavaScript. Without it: ghrunners status, ghrunners gate, ghrunners alerts.</noscript></body>
</html>
`;

/** An answer in words. */
export const words = (status: number, text: string): HttpAnswer => ({
  status,
  type: "text/plain; charset=utf-8",
  body: text,
});

/** Whether a browser says that another site's page asks. Other programs say nothing: they run on this machine. */
export function isForeign({ headers: said }: IncomingMessage): boolean {
  const from = said["sec-fetch-site"] ?? "none";
  return from !== "same-origin" && from !== "none";
}

async function answerTo(request: IncomingMessage, port: number, served: Served): Promise<HttpAnswer> {
  const host = request.headers.host ?? "";
  if (![`${ADDRESS}:${port}`, `localhost:${port}`].includes(host))
    return words(421, `This page answers as ${ADDRESS}:${port}, not as "${host}".\n`);
  const { pathname, searchParams } = new URL(request.url ?? "/", `http://${ADDRESS}`);
  const { more = {} } = served;
  const added = Object.hasOwn(more, pathname) ? more[pathname] : undefined;
  if (added !== undefined) return added(request);
  if (request.method !== "GET" && request.method !== "HEAD") return words(405, "The console only shows.\n");
  const read = Object.hasOwn(served.json, pathname) ? served.json[pathname] : undefined;
  if (read !== undefined) {
    if (isForeign(request)) return words(403, "Only the console's own page may ask for this.\n");
    return { status: 200, type: "application/json", body: JSON.stringify(await read(searchParams)) };
  }
  const { title, page } = served;
  const files: Readonly<Record<string, Omit<HttpAnswer, "status">>> = {
    "/": { type: "text/html; charset=utf-8", body: html(title) },
    "/page.js": { type: "text/javascript; charset=utf-8", body: page.script },
    "/page.css": { type: "text/css; charset=utf-8", body: page.style },
    "/icon.svg": { type: "image/svg+xml", body: icon },
  };
  const file = Object.hasOwn(files, pathname) ? files[pathname] : undefined;
  return file === undefined ? words(404, `There is no ${pathname}.\n`) : { status: 200, ...file };
}

async function answer(request: IncomingMessage, response: ServerResponse, port: number, served: Served): Promise<void> {
  const {
    status,
    type,
    body,
    headers: more,
  } = await answerTo(request, port, served).catch((error: Error) =>
    words(error instanceof WrongQuestion ? 400 : 502, `${error.message}\n`),
  );
  response.writeHead(status, { ...headers, "content-type": type, ...more });
  response.end(request.method === "HEAD" ? undefined : body);
}

/**
 * Makes a server listen on 127.0.0.1.
 * @param port 0: a free one
 * @throws Error that names the port if it is taken
 */
export async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, ADDRESS);
  await once(server, "listening").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EADDRINUSE")
      throw new Error(`Port ${port} of ${ADDRESS} is taken, expected a free one. Next: leave --port out`);
    throw error;
  });
}

/**
 * Starts the server on 127.0.0.1.
 * @param at a port, 0 for a free one; or a socket that listens there already
 * @throws Error that names the port if it is taken
 */
export async function startServer(served: Served, at: number | Server): Promise<RunningServer> {
  let own = 0;
  const server = createServer((request, response) => void answer(request, response, own, served));
  if (typeof at === "number") await listen(server, at);
  else await once(server.listen(at), "listening");
  own = (server.address() as AddressInfo).port;
  return {
    url: `http://${ADDRESS}:${own}/`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
