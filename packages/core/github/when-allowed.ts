/**
 * Waiting out GitHub's rate limits. All tokens of an account share 5,000 requests an hour, so a wait of minutes may
 * meet a limit that another command, or another person's tool, has used up. A command that is asked something at once
 * reports the limit; a wait that has time left is not to fail by it.
 */
import { setTimeout as delay } from "node:timers/promises";
import { note } from "../terminal";
import { GitHubError } from "./errors";
import { limitNotice } from "./limit-notice";

/** Where the time comes from and what is said before a wait; a test brings its own. */
export interface Waiting {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<unknown>;
  readonly say: (line: string) => void;
}

const onThisMachine: Waiting = { now: () => Date.now(), pause: (milliseconds) => delay(milliseconds), say: note };
/** GitHub's clock and this machine's may differ. */
const MARGIN_MS = 1_000;

/**
 * Asks GitHub; while it is at a rate limit, says until when, waits until GitHub accepts requests again, and asks again.
 * @param limitMs longest time to wait in all
 * @throws GitHubError of the rate limit if it ends after that; any other error at once
 * @example const runner = await whenAllowed(() => github.runner(7), 3_600_000);
 */
export async function whenAllowed<T>(
  ask: () => Promise<T>,
  limitMs: number,
  { now, pause, say }: Waiting = onThisMachine,
): Promise<T> {
  const deadline = now() + limitMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const allowedAt = error instanceof GitHubError ? error.allowedAt : undefined;
      if (allowedAt === undefined || allowedAt > deadline) throw error;
      say(limitNotice(allowedAt, now()));
      await pause(Math.max(0, allowedAt - now()) + MARGIN_MS);
    }
  }
}
