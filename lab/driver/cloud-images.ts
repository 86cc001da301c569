import { createHash } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";

/** The head of a qcow2 file with a disk of this size, which is all that the lab reads of an image. */
export function qcow2(virtualBytes: number, text = ""): Buffer {
  const head = Buffer.alloc(512);
  head.writeUInt32BE(0x514649fb, 0);
  head.writeUInt32BE(3, 4);
  head.writeBigUInt64BE(BigInt(virtualBytes), 24);
  return Buffer.concat([head, Buffer.from(text)]);
}

export const sha512 = (content: Buffer): string => createHash("sha512").update(content).digest("hex");

/** A server of files on 127.0.0.1. */
export interface ImageServer {
  readonly url: (file: string) => string;
  /** Files that were fetched whole, in order. */
  readonly fetched: readonly string[];
  close(): Promise<void>;
}

/** @param tls certificate and key; without, the server speaks http */
export async function serveImages(
  files: Readonly<Record<string, Buffer>>,
  tls?: { readonly cert: string; readonly key: string },
): Promise<ImageServer> {
  const fetched: string[] = [];
  const listener: http.RequestListener = (request, response) => {
    const name = request.url?.slice(1) ?? "";
    const content = files[name];
    if (content === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { "content-length": content.length, "content-type": "application/octet-stream" });
    if (request.method === "HEAD") return void response.end();
    fetched.push(name);
    response.end(content);
  };
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: (file) => `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}/${file}`,
    fetched,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
