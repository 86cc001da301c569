/** Ctrl-C while a child process of the same terminal works. */
import { setImmediate as turn } from "node:timers/promises";

/**
 * Waits for work that the terminal's Ctrl-C ends by itself, and says whether Ctrl-C was pressed meanwhile.
 * The signal reaches this process and its child together, and Node may report the child's end first; so the answer is
 * given one turn of the event loop later.
 * @throws what the work throws
 * @example const { value: code, interrupted } = await noticingInterrupt(() => runChild());
 */
export async function noticingInterrupt<T>(work: () => Promise<T>): Promise<{ value: T; interrupted: boolean }> {
  let interrupted = false;
  const remember = (): void => void (interrupted = true);
  process.on("SIGINT", remember);
  try {
    const value = await work();
    await turn();
    return { value, interrupted };
  } finally {
    process.off("SIGINT", remember);
  }
}
