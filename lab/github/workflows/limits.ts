import type { GitHubState } from "../model";
import { endJob, requestJobCancel } from "./ending";
import type { JobRecord } from "./records";
import type { EngineContext } from "./engine-context";

/** Time that a runner gets beyond the job's own limit to end the job itself. */
const graceMs = 60_000;

/** Ends jobs whose time is over, and jobs of a matrix after a failure. @returns whether anything changed */
export function enforceLimits(state: GitHubState, context: EngineContext): boolean {
  const open = state.actions.jobs.filter((job) => job.status !== "completed");
  return open.map((job) => enforce(state, job, context)).some(Boolean);
}

function enforce(state: GitHubState, job: JobRecord, context: EngineContext): boolean {
  if (hasFailedSibling(state, job) && job.cancelRequestedAt === undefined) {
    requestJobCancel(job, context, "The strategy configuration was canceled because another job of the matrix failed");
    return true;
  }
  const reason =
    job.status === "queued"
      ? queueLimit(job, context)
      : job.status === "in_progress"
        ? runLimit(job, context)
        : undefined;
  if (reason === undefined) return false;
  job.annotations.push(reason.text);
  endJob(job, reason.conclusion, context);
  return true;
}

interface Ending {
  readonly text: string;
  readonly conclusion: "failure" | "cancelled";
}

const since = (time: string | null | undefined, now: number): number => now - Date.parse(time ?? "");

function queueLimit(job: JobRecord, { now, limits }: EngineContext): Ending | undefined {
  if (since(job.queuedAt, now) <= limits.queueMilliseconds) return undefined;
  return {
    text: "The job was not acquired by Runner of type self-hosted even after multiple attempts",
    conclusion: "failure",
  };
}

function runLimit(job: JobRecord, context: EngineContext): Ending | undefined {
  const { now, limits } = context;
  if (job.acquiredAt === undefined) return undefined;
  if (since(job.cancelRequestedAt, now) > limits.cancelMilliseconds) {
    return { text: "The runner did not end the job in time after its cancellation.", conclusion: "cancelled" };
  }
  if (now - context.lastHeardOfJob(job) > limits.lostRunnerMilliseconds) {
    const text = `The self-hosted runner: ${job.runnerName} lost communication with the server. Verify the machine is running and has a healthy network connection.`;
    return { text, conclusion: "failure" };
  }
  if (since(job.startedAt, now) > job.timeoutMinutes * 60_000 + graceMs) {
    return {
      text: `The job has exceeded the maximum execution time of ${job.timeoutMinutes} minutes.`,
      conclusion: "cancelled",
    };
  }
  return undefined;
}

function hasFailedSibling(state: GitHubState, job: JobRecord): boolean {
  if (!job.failFast) return false;
  return state.actions.jobs.some(
    (other) =>
      other.runId === job.runId &&
      other.runAttempt === job.runAttempt &&
      other.node === job.node &&
      !other.continueOnError &&
      (other.conclusion === "failure" || other.conclusion === "timed_out"),
  );
}
