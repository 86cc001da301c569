import { WrongUse } from "./command";

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
const units: Readonly<Record<string, number>> = { m: MINUTE, h: 60 * MINUTE, d: DAY };

/**
 * Seconds of `30m`, `2h`, `1d` or `1h30m`.
 * @param what what lasts so long, for the message: `a maintenance`
 * @throws WrongUse for any other text, and beyond the longest
 */
export function secondsOf(duration: string, what: string, longestDays: number): number {
  const parts = [...duration.matchAll(/(\d+)([mhd])/g)];
  const seconds = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? 0), 0);
  const isWhole = parts.map(([part]) => part).join("") === duration;
  if (isWhole && seconds > 0 && seconds <= longestDays * DAY) return seconds;
  throw new WrongUse(
    `"${duration}" is not a duration for ${what}. Expected for example 30m, 2h or 1d, at most ${longestDays}d.`,
  );
}
