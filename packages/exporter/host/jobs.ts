/**
 * Jobs of this runner, counted from the listener's log. Pure.
 */
import { count, emptyTally, expectHistogram, observe, type Tally } from "@ghrunners/metrics-server/tally";
import { jobResults, type LogEvent } from "./listener-log";

/** What is known so far; kept on disk with the place in the log up to which it was read. */
export interface JobLedger {
  readonly tally: Tally;
  /** Start of the job that runs, seconds since 1970. The runner runs one job at a time. */
  readonly runningSince: number | undefined;
}

/** Every series is there from the beginning: an increase from nothing would not be seen. */
export const emptyLedger: JobLedger = {
  tally: jobResults.reduce(
    (tally, result) => expectHistogram(count(tally, "runnerJobs", { result }, 0), "runnerJobDuration", { result }),
    emptyTally,
  ),
  runningSince: undefined,
};

export function addEvent(ledger: JobLedger, event: LogEvent): JobLedger {
  if (event.kind === "started") {
    // One listener, one job: a start without an end before it means that the job before was lost with its listener.
    const tally =
      ledger.runningSince === undefined ? ledger.tally : count(ledger.tally, "runnerJobs", { result: "lost" });
    return { tally, runningSince: event.at };
  }
  const counted = count(ledger.tally, "runnerJobs", { result: event.result });
  const tally =
    ledger.runningSince === undefined
      ? counted
      : observe(counted, "runnerJobDuration", { result: event.result }, Math.max(0, event.at - ledger.runningSince));
  return { tally, runningSince: undefined };
}
