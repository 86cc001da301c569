import type { Workflow } from "./model";
import type { JobNode, RunScope } from "./records";
import type { Json, WorkflowTemplate } from "./template";

/**
 * How deep workflows may call one another, counting the one that was triggered. Source: GitHub, "Reusing workflows".
 */
const mostLevels = 10;

/**
 * @param load reads a workflow file of the same repository
 * @throws Error when a called file is missing or calls go too deep
 */
export function scopesAndNodes(
  workflow: Workflow,
  inputs: Record<string, Json>,
  load: (file: string) => Workflow,
): { scopes: RunScope[]; nodes: JobNode[] } {
  const scopes: RunScope[] = [{ id: "run", workflow, inputs, secrets: "all" }];
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

const secretsOf = (secrets: WorkflowTemplate | "inherit" | undefined): "all" | WorkflowTemplate =>
  secrets === "inherit" ? "all" : (secrets ?? { kind: "mapping", entries: [] });

function nodesOf(scope: string, workflow: Workflow): JobNode[] {
  return workflow.jobs.map((job) => ({
    id: `${scope}/${job.id}`,
    scope,
    jobId: job.id,
    needs: job.needs.map((need) => `${scope}/${need}`),
    state: "blocked",
    outputs: {},
  }));
}
