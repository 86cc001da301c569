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
 * @param exposed what to show, computed anew for each scrape; must not wait for anybody
 * @throws Error when the address cannot be listened on
 */
export async function serveMetrics(
  address: { host: string; port: number },
  exposition: Exposition,
  exposed: () => Exposed,
): Promise<MetricsServer> {
  let running: Promise<string> | undefined;
  // Scrapes that arrive together share one rendering.
  const text = (): Promise<string> => (running ??= exposition.text(exposed()).finally(() => (running = undefined)));
  const server = createServer((request, response) => {
    if (request.method !== "GET" || request.url?.split("?")[0] !== "/metrics") {
      response.writeHead(404, { "content-type": "text/plain" }).end("GET /metrics\n");
      return;
    }
    text().then(
      (body) => response.writeHead(200, { "content-type": exposition.contentType }).end(body),
      (error: unknown) => {
        process.stderr.write(`A scrape failed: ${(error as Error).message}\n`);
        response.writeHead(500, { "content-type": "text/plain" }).end("The exporter failed; see its journal.\n");
      },
    );
  });
  server.requestTimeout = REQUEST_LIMIT_MS;
  server.maxConnections = 16;
  await listen(server, address);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
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
