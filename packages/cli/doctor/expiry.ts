/** How near the end of a token, a certificate or a version is. Pure. */
import { ok, problem, type DoctorVerdict, warning } from "./check";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Days before the end from which there is a warning, and from which it is a problem. */
export const EXPIRY_DAYS = { warning: 14, problem: 7 } as const;

/** @example daysLeft(Date.parse("2026-01-03"), new Date("2026-01-01")) // 2 */
export const daysLeft = (ends: number, at: Date): number => Math.floor((ends - at.getTime()) / DAY_MS);

/**
 * @param what the subject of the sentence, such as "the token"
 * @param ends milliseconds since 1970
 * @param next the command that renews it
 */
export function judgeExpiry(what: string, ends: number, at: Date, next: string): DoctorVerdict {
  const day = new Date(ends).toISOString().slice(0, 10);
  const left = daysLeft(ends, at);
  if (left < 0) return problem(`${what} ended on ${day}`, next);
  const seen = `${what} ends on ${day}, in ${left} ${left === 1 ? "day" : "days"}`;
  if (left < EXPIRY_DAYS.problem) return problem(seen, next);
  return left < EXPIRY_DAYS.warning ? warning(seen, next) : ok(seen);
}
