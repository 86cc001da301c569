/**
 * Starts a workflow and follows its run. GitHub does not return the run's number at the start: the run is found by a
 * unique text in its title, which comes from one of the workflow's inputs (`run-name`).
 */
import { poll } from "../until";
import type { GitHubClient } from "./client";
import { whenAllowed } from "./when-allowed";
import type { WorkflowRun } from "./workflow";

/** The part of the GitHub client that is used here. */
export type Runs = Pick<GitHubClient, "repository" | "dispatch" | "runTitled" | "run" | "cancelRun" | "runnersOfRun">;

/** Pauses between two polls, milliseconds. */
const PACE = { pauseMs: 500, longestPauseMs: 5_000 };

/** A run to start. */
export interface RunStart {
  /** File below .github/workflows. */
  readonly workflow: string;
  /** Branch or tag; default: the repository's default branch. */
  readonly ref?: string | undefined;
  readonly inputs: Readonly<Record<string, string>>;
  /** Text that appears in this run's title and in no other's. */
  readonly title: string;
}

/**
 * Starts a workflow and polls its run.
 * @param isEnough ends the polling when true
 * @param limitMs longest time to poll, milliseconds
 * @returns the run as last seen, also at the limit; undefined: GitHub showed no such run
 */
export async function startAndWatch(
  github: Pick<Runs, "repository" | "dispatch" | "runTitled" | "run">,
  { workflow, ref, inputs, title }: RunStart,
  limitMs: number,
  isEnough: (run: WorkflowRun) => boolean,
): Promise<WorkflowRun | undefined> {
  await github.dispatch(workflow, ref ?? (await github.repository()).defaultBranch, inputs);
  let run: WorkflowRun | undefined;
  const look = async (): Promise<WorkflowRun | undefined> =>
    (run = await whenAllowed(
      () => (run === undefined ? github.runTitled(workflow, title) : github.run(run.id)),
      limitMs,
    ));
  return poll(look, (seen) => seen !== undefined && isEnough(seen), { ...PACE, limitMs });
}

/** A run that must succeed on one runner. */
export interface ExpectedRun extends RunStart {
  /** Name of the run in messages, such as "The smoke job on runner-1". */
  readonly what: string;
  /** Name of the runner that its inputs send it to. */
  readonly runner: string;
  /** Time limit from start to end, seconds; then the run is cancelled. */
  readonly limitSeconds: number;
  /** Next commands for messages: when the run is late, and when it fails. */
  readonly next: { readonly late: string; readonly failed: string };
  /** Called once when the run waits for a reviewer. */
  readonly onWaiting?: (run: WorkflowRun) => void;
}

/** @throws Error if it does not succeed on exactly that runner within the limit */
export async function runToEnd(github: Runs, expected: ExpectedRun): Promise<WorkflowRun & { conclusion: "success" }> {
  const { what, runner, limitSeconds, next, onWaiting, title } = expected;
  let waited = false;
  const run = await startAndWatch(github, expected, limitSeconds * 1_000, (seen) => {
    if (seen.status === "waiting" && !waited) onWaiting?.(seen);
    waited ||= seen.status === "waiting";
    return seen.status === "completed";
  });
  if (run?.status !== "completed") {
    if (run !== undefined) await github.cancelRun(run.id);
    throw new Error(
      `${what} is ${run?.status ?? "not to be seen"} after ${limitSeconds} s, expected completed. ` +
        `It was cancelled: ${run?.url ?? title}. Next: ${next.late}`,
    );
  }
  const ran = await github.runnersOfRun(run.id);
  const { conclusion } = run;
  if (conclusion === "success" && ran.length > 0 && ran.every((name) => name === runner)) return { ...run, conclusion };
  throw new Error(
    `${what} ended with ${conclusion ?? "no conclusion"} on ${ran.join(", ") || "no runner"}, ` +
      `expected success on ${runner}: ${run.url}. Next: ${next.failed}`,
  );
}
