/**
 * How many requests may be made: a bucket of tokens that fills at a share of GitHub's hourly limit. Pure.
 */

/** GitHub's limit for a personal access token, requests per hour; used until a response shows the actual limit. */
const USUAL_LIMIT = 5_000;
/** Burst size: the allowance of this many minutes may be used at once. */
const BURST_MINUTES = 6;

export interface Budget {
  readonly tokens: number;
  /** Seconds since 1970. */
  readonly at: number;
  /** Requests per hour. */
  readonly perHour: number;
}

const burst = (perHour: number): number => (perHour * BURST_MINUTES) / 60;

export function newBudget(share: number, now: number): Budget {
  const perHour = share * USUAL_LIMIT;
  return { tokens: burst(perHour), at: now, perHour };
}

/** The budget after some time has passed, under the limit that GitHub reported. */
export function refill(budget: Budget, now: number, perHour = budget.perHour): Budget {
  const gained = (Math.max(0, now - budget.at) * perHour) / 3600;
  return { tokens: Math.min(burst(perHour), budget.tokens + gained), at: now, perHour };
}

/** @param reserve share of the burst that must be left over, 0 to 1: less important requests leave more */
export const mayAsk = ({ tokens, perHour }: Budget, reserve: number): boolean =>
  tokens >= Math.max(1, reserve * burst(perHour));

/** A 304 costs nothing. */
export const spend = (budget: Budget, status: number): Budget =>
  status === 304 ? budget : { ...budget, tokens: budget.tokens - 1 };

/** How full the bucket is, 0 to 1: the emptier it is, the further apart polls should be. */
export const levelOf = ({ tokens, perHour }: Budget): number => Math.max(0, tokens / burst(perHour));
