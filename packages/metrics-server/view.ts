/**
 * What an exporter shows, and what keeps it up to date.
 */
import type { Exposed } from "./exposition";

export interface View {
  /** Begins to collect, in the background. */
  start(): void;
  /** What is known now; waits for nobody. */
  exposed(): Exposed;
  /** Whether work still gets done: systemd starts a service anew that says no for long. */
  isAlive(): boolean;
  /** Ends collecting and keeps on disk what has to outlive a restart. */
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
