import { timestamp } from "../clock";
import type { GitHubState } from "../model";
import { displace } from "./cancel";
import type { JobNode, RunRecord } from "./records";
import type { EngineContext } from "./engine-context";

/**
 * Nodes to repeat in a new attempt, with everything that depends on them.
 * @param chosen whether a node itself is to be repeated
 */
export function nodesToRepeat(nodes: readonly JobNode[], chosen: (node: JobNode) => boolean): Set<string> {
  const repeat = new Set(nodes.filter(chosen).map((node) => node.id));
  for (let size = -1; size !== repeat.size;) {
    size = repeat.size;
    for (const node of nodes) {
      if (repeat.has(node.scope) || node.needs.some((need) => repeat.has(need))) repeat.add(node.id);
      // The called workflow runs again as a whole.
      if (repeat.has(node.id) && nodes.some((other) => other.id === node.scope)) repeat.add(node.scope);
    }
  }
  return repeat;
}

/** Starts the run's next attempt with these nodes. */
export function repeatNodes(
  state: GitHubState,
  run: RunRecord,
  repeat: ReadonlySet<string>,
  login: string,
  context: EngineContext,
): void {
  for (const node of run.nodes.filter(({ id }) => repeat.has(id))) {
    Object.assign(node, { state: "blocked", outputs: {} });
    delete node.result;
  }
  delete run.cancelRequestedAt;
  const now = timestamp(context.now);
  Object.assign(run, { status: "pending", conclusion: null, startedAt: now, updatedAt: now, triggeringActor: login });
  run.attempt += 1;
  context.emit("run.rerun", { runId: run.id, attempt: run.attempt, actor: login });
  if (run.concurrency !== undefined) displace(state, `run:${run.id}`, run.concurrency, context);
}
