/**
 * When to send the next request after a failure. Pure.
 */

const LONGEST_MS = 300_000;
/** GitHub asks for a pause of at least a minute after a secondary rate limit that names no time. */
const SECONDARY_MS = 60_000;

interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

/**
 * Time until which GitHub wants no request at all, ms since 1970; undefined when the failure concerns one call only.
 * Source: GitHub, "Best practices for using the REST API".
 */
export function pauseUntil({ status, message, headers }: Refusal, nowMs: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const after = Number(headers["retry-after"]);
  if (headers["retry-after"] !== undefined && Number.isFinite(after)) return nowMs + after * 1000;
  if (String(headers["x-ratelimit-remaining"]) === "0") {
    const reset = Number(headers["x-ratelimit-reset"]) * 1000;
    return Number.isFinite(reset) ? Math.max(reset, nowMs + 1000) : nowMs + SECONDARY_MS;
  }
  return status === 429 || /rate limit/i.test(message) ? nowMs + SECONDARY_MS : undefined;
}

/** GitHub's limits are reset every hour. */
const LONGEST_SILENCE_MS = 3_600_000;

/**
 * How long GitHub still wants no requests, ms. A time beyond the longest possible one was computed while the clock was
 * ahead, and is ignored.
 */
export const silenceLeft = (until: number, nowMs: number): number =>
  until <= nowMs || until - nowMs > LONGEST_SILENCE_MS + SECONDARY_MS ? 0 : until - nowMs;

/**
 * Pause of one endpoint before its next poll, ms. It grows up to four times as long while the budget runs low.
 * @param level how full the budget is, 0 to 1
 * @param failures number of failures in a row; 0 after a success
 * @param random 0 to 1: spreads the polls, so that exporters that failed together do not all come back together
 */
export function nextDelayMs(everyMs: number, failures: number, random: number, level = 1): number {
  if (failures === 0) return everyMs / Math.max(level, 0.25);
  const longest = Math.max(everyMs, LONGEST_MS);
  return Math.min(longest, everyMs * 2 ** Math.min(failures, 10)) * (0.75 + random / 4);
}
