import type { Workflow } from "./model";
import type { Node, Scope } from "./records";
import type { Json, Template } from "./template";

/** How many workflows may stand above one another, the one that was triggered included. Source: GitHub, "Reusing workflows". */
const mostLevels = 10;

/** @param load reads a workflow file of the same repository @throws Error when a called file is missing or calls go too deep */
export function scopesAndNodes(
  workflow: Workflow,
  inputs: Record<string, Json>,
  load: (file: string) => Workflow,
): { scopes: Scope[]; nodes: Node[] } {
  const scopes: Scope[] = [{ id: "run", workflow, inputs, secrets: "all" }];
  const nodes = nodesOf("run", workflow);
  const addCalls = (caller: Workflow, scope: string, level: number): void => {
    for (const job of caller.jobs) {
      if (job.work.kind !== "call") continue;
      const called = load(job.work.file);
      if (!called.events.includes("workflow_call")) {
        throw new Error(`jobs.${job.id}: ${called.file} is not a reusable workflow: it has no workflow_call trigger.`);
      }
      if (level === mostLevels) throw new Error(`jobs.${job.id}: ${called.file} is called ${level} levels deep.`);
      const id = `${scope}/${job.id}`;
      scopes.push({ id, workflow: called, inputs: {}, secrets: secretsOf(job.work.secrets) });
      nodes.push(...nodesOf(id, called));
      addCalls(called, id, level + 1);
    }
  };
  addCalls(workflow, "run", 1);
  return { scopes, nodes };
}

const secretsOf = (secrets: Template | "inherit" | undefined): "all" | Template =>
  secrets === "inherit" ? "all" : (secrets ?? { kind: "mapping", entries: [] });

function nodesOf(scope: string, workflow: Workflow): Node[] {
  return workflow.jobs.map((job) => ({
    id: `${scope}/${job.id}`,
    scope,
    jobId: job.id,
    needs: job.needs.map((need) => `${scope}/${need}`),
    state: "blocked",
    outputs: {},
  }));
}

/**
 * Nodes to repeat in a new attempt, with everything that depends on them.
 * @param chosen whether a node itself is to be repeated
 */
export function nodesToRepeat(nodes: readonly Node[], chosen: (node: Node) => boolean): Set<string> {
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
