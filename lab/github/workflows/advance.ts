import { timestamp } from "../clock";
import type { GitHubState } from "../model";
import { endRun } from "./ending";
import { passGates } from "./gates";
import { beginNodes, combine, finishNodes } from "./graph";
import { mayStart } from "./groups";
import { enforceLimits } from "./limits";
import { assign } from "./matching";
import type { JobRecord, NodeResult, RunRecord, RunStatus } from "./records";
import type { EngineContext } from "./engine-context";

/** Each pass needs at most one step for every node; far beyond that something goes in a circle. */
const mostPasses = 10_000;

/**
 * Takes every step that can be taken now: starts runs and jobs, lets them through their gates, hands them to runners,
 * ends what is over. Changes the state in place; calling it again at the same moment changes nothing.
 */
export function advance(state: GitHubState, context: EngineContext): void {
  for (let pass = 0; ; pass += 1) {
    if (pass > mostPasses) throw new Error("The workflow engine does not come to rest.");
    const changes = [
      startRuns(state, context),
      ...openRuns(state).flatMap((run) => [
        beginNodes(state, run, context),
        passGates(state, run, context),
        finishNodes(state, run, context),
        finishRun(state, run, context),
      ]),
      enforceLimits(state, context),
      takeBack(state, context),
      handOut(state, context),
    ];
    if (!changes.some(Boolean)) return;
  }
}

const openRuns = (state: GitHubState): RunRecord[] =>
  state.actions.runs.filter((run) => run.status !== "completed" && run.status !== "pending");

function startRuns(state: GitHubState, context: EngineContext): boolean {
  const startable = state.actions.runs.find((run) => run.status === "pending" && mayStart(state.actions, run));
  if (startable === undefined) return false;
  startable.status = "queued";
  startable.startedAt = startable.updatedAt = timestamp(context.now);
  return true;
}

function finishRun(state: GitHubState, run: RunRecord, context: EngineContext): boolean {
  if (run.nodes.every((node) => node.state === "done")) {
    const outer = run.nodes.filter((node) => node.scope === "run").map((node) => node.result as NodeResult);
    endRun(
      run,
      run.cancelRequestedAt !== undefined && !outer.includes("failure") ? "cancelled" : combine(outer),
      context,
    );
    return true;
  }
  const status = statusFrom(state.actions.jobs.filter((job) => job.runId === run.id && job.runAttempt === run.attempt));
  if (status === run.status) return false;
  run.status = status;
  run.updatedAt = timestamp(context.now);
  return true;
}

/** A run shows what its most advanced open job does. A run whose first job ended is in progress until it ends. */
export function statusFrom(jobs: readonly Pick<JobRecord, "status" | "runnerId">[]): RunStatus {
  const has = (status: RunStatus) => jobs.some((job) => job.status === status);
  if (has("in_progress")) return "in_progress";
  if (has("waiting") && !has("queued")) return "waiting";
  return jobs.some((job) => job.status === "completed") ? "in_progress" : "queued";
}

/** A job whose runner disconnected before it took the job returns to the queue. */
function takeBack(state: GitHubState, context: EngineContext): boolean {
  const lost = state.actions.jobs.filter(
    (job) =>
      job.status === "in_progress" &&
      job.acquiredAt === undefined &&
      context.now - Date.parse(job.startedAt ?? "") > context.limits.acquireMilliseconds,
  );
  for (const job of lost) {
    context.emit("job.returned", { runId: job.runId, jobId: job.id, name: job.name, runner: job.runnerName });
    Object.assign(job, { status: "queued", runnerId: null, runnerName: null, startedAt: null });
  }
  return lost.length > 0;
}

function handOut(state: GitHubState, context: EngineContext): boolean {
  const running = state.actions.jobs.filter((job) => job.status === "in_progress");
  const waiting = state.actions.jobs.filter((job) => job.status === "queued" && hasRoom(job, running));
  const pairs = assign(
    waiting,
    context.runners.filter((runner) => !running.some((job) => job.runnerId === runner.id)),
  );
  for (const { job: id, runner } of pairs) {
    const job = waiting.find((candidate) => candidate.id === id) as JobRecord;
    if (
      !hasRoom(
        job,
        state.actions.jobs.filter((other) => other.status === "in_progress"),
      )
    )
      continue;
    job.status = "in_progress";
    job.startedAt = timestamp(context.now);
    job.runnerId = runner.id;
    job.runnerName = runner.name;
    context.emit("job.assigned", {
      runId: job.runId,
      jobId: job.id,
      name: job.name,
      runnerId: runner.id,
      runner: runner.name,
    });
  }
  return pairs.length > 0;
}

/** strategy.max-parallel */
function hasRoom(job: JobRecord, running: readonly JobRecord[]): boolean {
  const siblings = running.filter((other) => other.runId === job.runId && other.node === job.node);
  return job.maxParallel === null || siblings.length < job.maxParallel;
}
