/**
 * The listener's own log, _diag/Runner_*.log. Pure.
 *
 * GitHub's runner repeats what it prints as `[2026-01-02 03:04:05Z INFO Terminal] WRITE LINE: 2026-01-02 03:04:05Z:
 * Running job: build`; other sources write the same text without the second timestamp. Both forms are read.
 *
 * A job can write such lines too. So they are only counted: whether the listener is connected is decided by the kernel
 * and GitHub.
 */

import { isFuture } from "./follow-log";

export type JobResult = "succeeded" | "failed" | "canceled" | "lost";
export const jobResults: readonly JobResult[] = ["succeeded", "failed", "canceled", "lost"];

/** Event in one line; `at` in seconds since 1970. */
export type LogEvent =
  | { readonly kind: "started"; readonly at: number }
  | { readonly kind: "ended"; readonly at: number; readonly result: JobResult };

const stamped =
  /^\[(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)Z (?:INFO|WARN|ERR) +\w+\] (?:WRITE LINE: )?(?:[\d-]+ [\d:]+Z: )?(.*)$/;

/** GitHub's results: TaskResult of actions/runner. `SucceededWithIssues` is a success with annotations. */
const results: Readonly<Record<string, JobResult>> = {
  Succeeded: "succeeded",
  SucceededWithIssues: "succeeded",
  Failed: "failed",
  Canceled: "canceled",
  Abandoned: "lost",
  Skipped: "canceled",
};

/**
 * Undefined for a line without an event; a job's name may contain anything. `future` for a line with a future time.
 * @param now seconds since 1970
 */
export function parseLogLine(line: string, now: number): LogEvent | "future" | undefined {
  const match = stamped.exec(line);
  if (match === null) return undefined;
  const at = Date.parse(`${match[1]}T${match[2]}Z`) / 1000;
  const words = match[3] ?? "";
  if (Number.isNaN(at)) return undefined;
  const result = /^Job .* completed with result: (\w+)\s*$/.exec(words)?.[1];
  if (!words.startsWith("Running job: ") && result === undefined) return undefined;
  if (isFuture(at, now)) return "future";
  return result === undefined ? { kind: "started", at } : { kind: "ended", at, result: results[result] ?? "lost" };
}
