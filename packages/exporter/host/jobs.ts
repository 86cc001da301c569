/**
 * Jobs of this runner, counted from the listener's log. Pure.
 */
import { count, emptyTally, expectHistogram, observe, type Tally } from "@ghrunners/metrics-server/tally";
import { jobResults, type LogEvent } from "./listener-log";

/** The counts so far; kept on disk with the place up to which the log was read. */
export interface JobLedger {
  readonly tally: Tally;
  /** Start of the job that runs, seconds since 1970. The runner runs one job at a time. */
  readonly runningSince: number | undefined;
}

/** Every series exists from the start, because an increase from a missing series would not be seen. */
export const emptyLedger: JobLedger = {
  tally: jobResults.reduce(
    (tally, result) => expectHistogram(count(tally, "runnerJobs", { result }, 0), "runnerJobDuration", { result }),
    emptyTally,
  ),
  runningSince: undefined,
};

export function addEvent(ledger: JobLedger, event: LogEvent): JobLedger {
  if (event.kind === "started") {
    // A listener runs one job at a time: a start without an end means that the previous job was lost with its listener.
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
