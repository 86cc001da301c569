/**
 * The HTTP side of an exporter: only /metrics. A scrape shows what was collected last; it does not start a collection.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Exposed, Exposition } from "./exposition";

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Time limit for a client to send its request, ms. */
const REQUEST_LIMIT_MS = 5_000;

/**
 * Serves a text that is rendered at intervals, so that the cost of a scrape does not depend on the number of runners or
 * of scrapers.
 * @param exposed returns what to show; must not block
 * @param everyMs interval of rendering the text, milliseconds
 * @throws Error if the address cannot be listened on
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
