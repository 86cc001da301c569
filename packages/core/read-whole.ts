/**
 * All bytes of a body or an answer, which its sender may make endless.
 * @param limit the most bytes that are taken
 * @param tooLong the error for more
 * @throws what `tooLong` gives; the stream is closed then
 * @example await readWhole(request, 2 ** 20, () => new Error("The body has more than 1 MiB."))
 */
export async function readWhole(
  pieces: AsyncIterable<Uint8Array>,
  limit: number,
  tooLong: () => Error,
): Promise<Buffer> {
  const taken: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > limit) throw tooLong();
    taken.push(piece);
  }
  return Buffer.concat(taken);
}
