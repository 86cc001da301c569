import type { IncomingMessage } from "node:http";

/**
 * The body of a request.
 * @param limit its largest size in bytes
 * @param tooLarge the error for a larger one, in the vendor's words
 */
export async function readBody(message: IncomingMessage, limit: number, tooLarge: () => Error): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
