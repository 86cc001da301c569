/** Words that the causes share. Pure. */
import type { WhyJob } from "./facts";

export const list = (names: readonly string[], last = "and"): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} ${last} ${names.at(-1)}`;

export const labelsOf = ({ labels }: Pick<WhyJob, "labels">): string => `[${labels.join(", ")}]`;

/** A sentence that ends once, whatever the quoted words end with. */
export const sentence = (text: string): string => `${text.trim().replace(/[.:;,]+$/, "")}.`;

/** Time since then in words, such as `40 s`, `5 min` or `3 h`. */
export function since(then: string, at: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(at) - Date.parse(then)) / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
