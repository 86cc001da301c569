import type { GitHubState } from "../model";
import { displace } from "./cancel";
import { githubContext, jobContexts, needsContext, statusOf } from "./contexts";
import { endJob } from "./ending";
import type { Contexts } from "./expressions";
import { checkInputs } from "./inputs";
import { type JobPlan, newJob, planJobs } from "./job-plan";
import { definitionOf, type JobRecord, type JobNode, type NodeResult, type RunRecord, scopeOf } from "./records";
import { type EngineContext, variablesFor } from "./engine-context";
import type { Json, WorkflowTemplate } from "./template";

/** Starts every node whose needs are over. @returns whether anything changed */
export function beginNodes(state: GitHubState, run: RunRecord, context: EngineContext): boolean {
  const ready = run.nodes.filter((node) => node.state === "blocked" && isReady(run, node));
  for (const node of ready) begin(state, run, node, context);
  return ready.length > 0;
}

function isReady(run: RunRecord, node: JobNode): boolean {
  const caller = run.nodes.find(({ id }) => id === node.scope);
  if (caller?.state === "blocked") return false;
  return run.nodes.filter(({ id }) => node.needs.includes(id)).every((need) => need.state === "done");
}

function begin(state: GitHubState, run: RunRecord, node: JobNode, context: EngineContext): void {
  const definition = definitionOf(run, node);
  const contexts = jobContexts(context.repository, variablesFor(state, run, null), run, node, scopeOf(run, node));
  const add = (plan: JobPlan): JobRecord => {
    const job = newJob(run, node, plan, context);
    state.actions.jobs.push(job);
    return job;
  };
  node.state = "started";
  try {
    if (!context.evaluator.holds(definition.condition, contexts, statusOf(run, node))) {
      const result: NodeResult = run.cancelRequestedAt === undefined ? "skipped" : "cancelled";
      abandonCalled(run, node, result);
      endJob(add({ name: definition.id, labels: [] }), result, context);
    } else if (definition.work.kind === "call") {
      beginCall(run, node, definition.work.with, contexts, context);
    } else {
      for (const plan of planJobs(definition, definition.work, contexts, context)) {
        const job = add(plan);
        context.emit("job.created", { runId: run.id, jobId: job.id, name: job.name, labels: job.labels });
        if (job.concurrency !== undefined) displace(state, `job:${job.id}`, job.concurrency, context);
      }
    }
  } catch (error) {
    // GitHub shows a job that could not be set up as failed, with the reason as its annotation.
    abandonCalled(run, node, "skipped");
    const job = add({ name: definition.id, labels: [] });
    job.annotations.push((error as Error).message);
    endJob(job, "failure", context);
  }
}

/** A call that does not happen takes its jobs with it. */
function abandonCalled(run: RunRecord, node: JobNode, result: NodeResult): void {
  for (const inner of run.nodes.filter(({ id }) => id.startsWith(`${node.id}/`)))
    Object.assign(inner, { state: "done", result });
}

function beginCall(
  run: RunRecord,
  node: JobNode,
  given: WorkflowTemplate | undefined,
  contexts: Contexts,
  context: EngineContext,
): void {
  const inner = run.scopes.find(({ id }) => id === node.id);
  if (inner === undefined) throw new Error(`The workflow that ${node.jobId} calls is missing.`);
  const values = given === undefined ? {} : context.evaluator.evaluate(given, contexts);
  const checked = checkInputs(inner.workflow.callInputs, values as Record<string, Json>, []);
  if (!checked.ok) throw new Error(checked.problems.join("; "));
  inner.inputs = checked.inputs;
}

/** Ends nodes whose jobs, or whose called workflow, are over. @returns whether anything changed */
export function finishNodes(state: GitHubState, run: RunRecord, context: EngineContext): boolean {
  let changed = false;
  for (const node of run.nodes.filter((candidate) => candidate.state === "started")) {
    const inner = run.nodes.filter(({ scope }) => scope === node.id);
    const jobs = jobsOf(state, run, node);
    if (inner.some((other) => other.state !== "done") || jobs.some((job) => job.status !== "completed")) continue;
    node.state = "done";
    node.result = combine([...inner.map((other) => other.result as NodeResult), ...jobs.map(resultOf)]);
    node.outputs = inner.length > 0 ? callOutputs(state, run, node, context) : mergedOutputs(jobs);
    changed = true;
  }
  return changed;
}

/** Jobs of a node in the run's current attempt. */
export function jobsOf(state: GitHubState, run: RunRecord, node: JobNode): JobRecord[] {
  // A job that an earlier attempt finished, and this one did not repeat, still counts.
  const all = state.actions.jobs.filter((job) => job.runId === run.id && job.node === node.id);
  const newest = Math.max(0, ...all.map((job) => job.runAttempt));
  return all.filter((job) => job.runAttempt === newest);
}

function resultOf(job: JobRecord): NodeResult {
  const { conclusion } = job;
  if (conclusion === "success" || conclusion === "skipped" || conclusion === "cancelled") return conclusion;
  return job.continueOnError ? "success" : "failure";
}

/** One result of many: a failure outweighs a cancellation, which outweighs success. */
export function combine(results: readonly NodeResult[]): NodeResult {
  if (results.includes("failure")) return "failure";
  if (results.includes("cancelled")) return "cancelled";
  return results.length > 0 && results.every((result) => result === "skipped") ? "skipped" : "success";
}

/** Of a matrix, a later member's output wins; GitHub promises no order. */
function mergedOutputs(jobs: readonly JobRecord[]): Record<string, string> {
  return Object.assign({}, ...jobs.map((job) => job.outputs)) as Record<string, string>;
}

function callOutputs(
  state: GitHubState,
  run: RunRecord,
  node: JobNode,
  context: EngineContext,
): Record<string, string> {
  const scope = run.scopes.find(({ id }) => id === node.id);
  if (scope === undefined) return {};
  const inner = run.nodes.filter((other) => other.scope === node.id).map(({ id }) => id);
  const contexts = {
    github: githubContext(context.repository, run, scope),
    inputs: scope.inputs,
    vars: variablesFor(state, run, null),
    jobs: needsContext(run, { ...node, needs: inner }),
  };
  const value = (template: WorkflowTemplate): string => {
    try {
      return context.evaluator.text(template, contexts);
    } catch {
      // An output that cannot be evaluated is empty, as one of a step that did not run.
      return "";
    }
  };
  return Object.fromEntries(
    Object.entries(scope.workflow.callOutputs).map(([name, template]) => [name, value(template)]),
  );
}
