import type { ServerClock } from "../clock";
import type { GitHubFaults } from "../faults";
import { GitHubApiError } from "./errors";
import type { Requester } from "./message";
import { secondaryRefusal } from "./secondary-limits";

const hourMs = 3_600_000;
/** Requests an hour: of an account with all its tokens, and of an address without one. */
const limits = { token: 5000, anonymous: 60 } as const;
/** Share of an allowance that is used before it is renewed: clients begin nothing with few requests left. */
const RENEWED_AT = 0.9;

export interface Allowance {
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** End of the hour, in seconds since the epoch. */
  readonly reset: number;
}

export const rateLimitHeaders = ({ limit, used, remaining, reset }: Allowance): Record<string, string> => ({
  "x-ratelimit-limit": String(limit),
  "x-ratelimit-remaining": String(remaining),
  "x-ratelimit-used": String(used),
  "x-ratelimit-reset": String(reset),
  "x-ratelimit-resource": "core",
});

/**
 * GitHub's primary limit, and the fault that plants a secondary one. Requests are counted and shown as at GitHub. Those beyond the limit are
 * refused if the seed says so, and by the faults; else an allowance that runs low is renewed, because a long rehearsal
 * sends in an hour what people send in days. Counts are in memory.
 */
export class RateLimiter {
  private readonly windows = new Map<string, { used: number; endsAt: number }>();

  constructor(
    private readonly clock: ServerClock,
    private readonly faults: GitHubFaults,
    private readonly refuses: boolean,
  ) {}

  /** @param spend requests to count */
  allowance(identity: Requester | undefined, spend = 0): Allowance {
    const limit = identity === undefined ? limits.anonymous : limits.token;
    const exhausted = this.faults.active("rate-limited");
    if (exhausted !== undefined) {
      const reset = Math.ceil(Date.parse(exhausted.since) / 1000) + exhausted.parameters.seconds;
      return { limit, used: limit, remaining: 0, reset };
    }
    const key = identity?.login ?? "anonymous";
    const now = this.clock.now();
    const known = this.windows.get(key);
    const isRenewed = !this.refuses && known !== undefined && known.used + spend >= limit * RENEWED_AT;
    const isOver = known === undefined || known.endsAt <= now || isRenewed;
    const window = isOver ? { used: 0, endsAt: now + hourMs } : known;
    window.used += spend;
    this.windows.set(key, window);
    return {
      limit,
      used: window.used,
      remaining: Math.max(0, limit - window.used),
      reset: Math.ceil(window.endsAt / 1000),
    };
  }

  /**
   * @param asksForLimit whether it is the question how much is left, which GitHub answers when nothing is
   * @throws GitHubApiError 403 in GitHub's words when a limit is reached
   */
  check(identity: Requester | undefined, asksForLimit: boolean): void {
    const secondary = this.faults.active("secondary-rate-limited");
    if (secondary !== undefined) {
      const left = Math.ceil((Date.parse(secondary.since) - this.clock.now()) / 1000) + secondary.parameters.seconds;
      throw secondaryRefusal(403, left);
    }
    const isUsedUp = this.refuses && this.allowance(identity).remaining <= 0;
    if (asksForLimit || (this.faults.active("rate-limited") === undefined && !isUsedUp)) return;
    throw new GitHubApiError(
      403,
      `API rate limit exceeded for ${identity === undefined ? "this address" : `user ${identity.login}`}.`,
      {
        documentation_url:
          "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#primary-rate-limit-for-authenticated-users",
      },
    );
  }
}
