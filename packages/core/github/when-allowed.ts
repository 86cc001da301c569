/**
 * Waiting out GitHub's rate limits. All tokens of an account share 5,000 requests an hour, so a wait of minutes may meet a
 * limit that another command, or another person's tool, has used up. A command that is asked something at once reports the
 * limit; a wait that has time left is not to fail by it.
 */
import { setTimeout as delay } from "node:timers/promises";
import { GitHubError } from "./errors";

/** Where the time comes from; a test brings its own. */
export interface WaitingClock {
  /** Milliseconds since 1970. */
  now(): number;
  pause(milliseconds: number): Promise<unknown>;
}

const machineClock: WaitingClock = { now: () => Date.now(), pause: (milliseconds) => delay(milliseconds) };
/** GitHub's clock and this machine's may differ. */
const MARGIN_MS = 1_000;

/**
 * Asks GitHub; while it is at a rate limit, waits until GitHub accepts requests again, and asks again.
 * @param limitMs longest time to wait in all
 * @throws GitHubError of the rate limit if it ends after that; any other error at once
 * @example const runner = await whenAllowed(() => github.runner(7), 3_600_000);
 */
export async function whenAllowed<T>(
  ask: () => Promise<T>,
  limitMs: number,
  clock: WaitingClock = machineClock,
): Promise<T> {
  const deadline = clock.now() + limitMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const allowedAt = error instanceof GitHubError ? error.allowedAt : undefined;
      if (allowedAt === undefined || allowedAt > deadline) throw error;
      await clock.pause(Math.max(0, allowedAt - clock.now()) + MARGIN_MS);
    }
  }
}
