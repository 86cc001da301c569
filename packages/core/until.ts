/**
 * Waiting for something that another process or machine does. Every wait of the project is one of these two functions.
 * Why not p-wait-for: a caller needs the last value for its error message, also when the limit is reached, and a wait
 * of hours needs pauses that grow.
 */
import { setTimeout as delay } from "node:timers/promises";

/** How long to wait, and how often to poll. */
export interface Pace {
  /** Longest time to wait, in milliseconds; `Infinity` where `isEnough` alone ends the wait. */
  readonly limitMs: number;
  /** Pause between two polls, in milliseconds; default 50. */
  readonly pauseMs?: number;
  /**
   * Pauses grow to a tenth of the time waited so far, up to this limit in milliseconds; default: they do not grow. Use
   * it for waits of minutes on a service with a request limit, such as GitHub.
   */
  readonly longestPauseMs?: number;
}

const PAUSE_MS = 50;

/** The pause before the next poll, ms, when so much time was waited. Pure. */
export const pauseAfter = (
  waitedMs: number,
  { pauseMs = PAUSE_MS, longestPauseMs = pauseMs }: Omit<Pace, "limitMs">,
): number => Math.max(pauseMs, Math.min(waitedMs / 10, longestPauseMs));

/**
 * Polls until a value is good enough, or until the limit is reached. Setting the machine's clock does not change the
 * limit.
 * @param look reads the value; an error it throws ends the wait
 * @returns the last value, also when the limit is reached: the caller's error message says what is missing
 * @example const runner = await poll(() => github.runner(7), (seen) => seen?.online === true, { limitMs: 60_000 });
 */
export async function poll<T>(
  look: () => T | Promise<T>,
  isEnough: (seen: T) => boolean,
  { limitMs, pauseMs = PAUSE_MS, longestPauseMs = pauseMs }: Pace,
): Promise<T> {
  const begun = performance.now();
  for (;;) {
    const seen = await look();
    const waited = performance.now() - begun;
    if (isEnough(seen) || waited >= limitMs) return seen;
    const pause = pauseAfter(waited, { pauseMs, longestPauseMs });
    // A timer may fire slightly early. One millisecond more makes the next poll the last one.
    await delay(Math.min(pause, Math.ceil(limitMs - waited) + 1));
  }
}

/**
 * Waits until the probe returns something other than undefined, null or false.
 * @param what the condition, for the message when it is not met
 * @param limitMs longest time to wait, in milliseconds
 * @param probe polled; an error it throws counts as "not yet" and appears in the message
 * @throws Error naming `what`, the limit and the last thing seen
 * @example await until("the runner is online", 10_000, async () => (await runner()).status === "online");
 */
export async function until<T>(what: string, limitMs: number, probe: () => T | Promise<T>): Promise<NonNullable<T>> {
  const look = async (): Promise<{ readonly value?: T; readonly words: string | undefined }> => {
    try {
      const value = await probe();
      return { value, words: JSON.stringify(value) };
    } catch (error) {
      return { words: error instanceof Error ? error.message : JSON.stringify(error) };
    }
  };
  const { value, words } = await poll(look, (seen) => isThere(seen.value), { limitMs });
  if (isThere(value)) return value;
  throw new Error(`Waited ${limitMs} ms, but this did not happen: ${what}; last seen: ${words}`);
}

const isThere = <T>(value: T): value is NonNullable<T> => value !== undefined && value !== null && value !== false;
