/** `--watch`: a command looks again and again, and shows what it sees, until Ctrl-C. */
import { clearScreenDown, cursorTo } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { INTERRUPTED } from "./pulumi/interrupted";

/** What is watched, and how it is shown. */
export interface Watched<T> {
  /** Reads it; an error that it throws ends the watch. */
  readonly look: () => Promise<T>;
  /** Prints it. */
  readonly show: (seen: T) => void;
  /** The part of it that counts as a change; what differs at every look, such as its time, is left out. */
  readonly essence: (seen: T) => unknown;
  /** Pause between two looks, ms. */
  readonly everyMs: number;
  /** Show every look on a cleared screen, instead of the changes one below the other. Only for a terminal. */
  readonly redraw: boolean;
}

/** Where the screen is cleared, and whose Ctrl-C ends the watch. */
export interface WatchedFrom {
  readonly screen: NodeJS.WritableStream;
  /** @param end ends the process */
  readonly onInterrupt: (end: () => void) => void;
}

const terminal: WatchedFrom = {
  screen: process.stdout,
  onInterrupt: (end) => void process.once("SIGINT", end),
};

/**
 * Shows what is there now, and then either every look or, without `redraw`, what differs from what was shown last.
 * Ctrl-C ends the process at once with exit code 130, also in the middle of a look.
 * @throws what `look` throws; it ends in no other way
 * @example await watch({ look: () => statusOf(stack), show, essence: ({ at, ...rest }) => rest, everyMs, redraw: false });
 */
export async function watch<T>(
  { look, show, essence, everyMs, redraw }: Watched<T>,
  { screen, onInterrupt }: WatchedFrom = terminal,
): Promise<never> {
  onInterrupt(() => process.exit(INTERRUPTED));
  let shown: string | undefined;
  for (;;) {
    const seen = await look();
    const now = JSON.stringify(essence(seen));
    if (redraw) {
      cursorTo(screen, 0, 0);
      clearScreenDown(screen);
    }
    if (redraw || now !== shown) show(seen);
    shown = now;
    await delay(everyMs);
  }
}
