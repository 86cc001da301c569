import { timestamp } from "../clock";
import type { GitHubState } from "../model";
import { displacedBy, groupKey } from "./concurrency";
import { jobContexts, statusOf } from "./contexts";
import { endJob, endRun, requestJobCancel } from "./ending";
import { groupMembers } from "./groups";
import { type Concurrency, definitionOf, nodeOf, type RunRecord, scopeOf } from "./records";
import { type EngineContext, variablesFor } from "./engine-context";

const byUser = "The operation was canceled.";

/**
 * Cancels a run: what has not begun ends, runners are asked to end what has. A job whose condition still holds in a
 * cancelled run, such as always(), goes on, as at GitHub.
 * @param force ends every job at once, whatever its condition, and whether its runner answers (REST: force-cancel)
 */
export function cancelRun(
  state: GitHubState,
  run: RunRecord,
  context: EngineContext,
  reason = byUser,
  force = false,
): void {
  if (run.status === "completed") return;
  if (run.cancelRequestedAt === undefined) context.emit("run.cancel-requested", { runId: run.id });
  run.cancelRequestedAt ??= timestamp(context.now);
  if (run.status === "pending" || force) {
    for (const node of run.nodes.filter((candidate) => candidate.state === "blocked")) {
      Object.assign(node, { state: "done", result: "cancelled" });
    }
  }
  if (run.status === "pending") endRun(run, "cancelled", context);
  for (const job of state.actions.jobs.filter((candidate) => candidate.runId === run.id)) {
    const node = nodeOf(run, job.node);
    const contexts = jobContexts(context.repository, variablesFor(state, run, null), run, node, scopeOf(run, node));
    const goesOn = !force && context.evaluator.holds(definitionOf(run, node).condition, contexts, statusOf(run, node));
    if (force) endJob(job, "cancelled", context);
    else if (!goesOn) requestJobCancel(job, context, reason);
  }
}

/** Makes room in a group for a newcomer that already is among the records. */
export function displace(state: GitHubState, newcomer: string, concurrency: Concurrency, context: EngineContext): void {
  const others = groupMembers(state.actions, groupKey(concurrency)).filter((other) => other.id !== newcomer);
  const reason = `Canceling since a higher priority waiting request for ${concurrency.group} exists`;
  for (const id of displacedBy(newcomer, concurrency, others)) {
    const run = state.actions.runs.find((candidate) => `run:${candidate.id}` === id);
    const job = state.actions.jobs.find((candidate) => `job:${candidate.id}` === id);
    if (run !== undefined) cancelRun(state, run, context, reason);
    if (job !== undefined) requestJobCancel(job, context, reason);
  }
}
