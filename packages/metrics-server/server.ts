/**
 * The HTTP side of an exporter: /metrics and nothing else. A scrape shows what was collected last; it starts nothing.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Exposed, Exposition } from "./exposition";

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Longest time a client may take to say what it wants, ms. */
const REQUEST_LIMIT_MS = 5_000;

/**
 * Serves a text that is made every now and then, so that a scrape costs the same with two runners or with two hundred,
 * once or twice at a time.
 * @param exposed what to show; must not wait for anybody
 * @param everyMs how often the text is made
 * @throws Error when the address cannot be listened on
 */
export async function serveMetrics(
  address: { host: string; port: number },
  exposition: Exposition,
  exposed: () => Exposed,
  everyMs: number,
): Promise<MetricsServer> {
  let newest = Promise.resolve("");
  const renew = (): void => {
    newest = exposition.text(exposed());
    // The next scrape reports the error.
    newest.catch(() => undefined);
  };
  renew();
  const timer = setInterval(renew, everyMs);
  const server = createServer((request, response) => {
    if (request.method !== "GET" || request.url?.split("?")[0] !== "/metrics") {
      response.writeHead(404, { "content-type": "text/plain" }).end("GET /metrics\n");
      return;
    }
    newest.then(
      (body) => response.writeHead(200, { "content-type": exposition.contentType }).end(body),
      (error: unknown) => {
        process.stderr.write(`A scrape failed: ${(error as Error).message}\n`);
        response.writeHead(500, { "content-type": "text/plain" }).end("The exporter failed; see its journal.\n");
      },
    );
  });
  server.requestTimeout = REQUEST_LIMIT_MS;
  server.maxConnections = 16;
  try {
    await listen(server, address);
  } catch (error) {
    clearInterval(timer);
    throw error;
  }
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      clearInterval(timer);
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new Error(`Cannot listen on ${host}:${port} (${error.code}). Expected a free port of an own address.`)),
    );
    server.listen(port, host, resolve);
  });
}
