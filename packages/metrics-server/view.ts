/**
 * Interface of the data that an exporter shows and keeps up to date.
 */
import type { Exposed } from "./exposition";

export interface View {
  /** Starts collecting in the background. */
  start(): void;
  /** The current values; never blocks. */
  exposed(): Exposed;
  /** Whether work still gets done: systemd restarts a service that reports false for too long. */
  isAlive(): boolean;
  /** Stops collecting, and writes to disk what must survive a restart. */
  stop(): Promise<void>;
}

/**
 * Repeats a piece of work, one at a time.
 * @param work must not throw; gives the pause before the next time, ms
 */
export function repeat(work: () => Promise<number>): { stop(): Promise<void> } {
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const collectOnce = (): void => {
    running = work().then((pauseMs) => {
      if (!isOver) timer = setTimeout(collectOnce, pauseMs);
    });
  };
  collectOnce();
  return {
    stop: async () => {
      isOver = true;
      clearTimeout(timer);
      await running;
    },
  };
}
