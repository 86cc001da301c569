/**
 * Waits for work at most so long. The work itself is not ended: give it a limit of its own where it holds something.
 * @param late makes the error for the end of the time
 * @throws what the work throws, or the error of `late`
 * @example await withTimeLimit(read(), 5_000, () => new Error("no answer within 5 s"))
 */
export async function withTimeLimit<T>(work: Promise<T>, limitMs: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), limitMs);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
