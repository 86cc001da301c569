import type { State } from "../model";
import { displace } from "./cancel";
import { githubContext, jobContexts, needsContext, statusOf } from "./contexts";
import { endJob } from "./ending";
import type { Contexts } from "./expressions";
import { checkInputs } from "./inputs";
import { type JobPlan, newJob, planJobs } from "./job-plan";
import { definitionOf, type JobRecord, type Node, type Result, type Run, scopeOf } from "./records";
import { type Surroundings, variablesFor } from "./surroundings";
import type { Json, Template } from "./template";

/** Starts every node whose needs are over. @returns whether anything changed */
export function beginNodes(state: State, run: Run, around: Surroundings): boolean {
  const ready = run.nodes.filter((node) => node.state === "blocked" && isReady(run, node));
  for (const node of ready) begin(state, run, node, around);
  return ready.length > 0;
}

function isReady(run: Run, node: Node): boolean {
  const caller = run.nodes.find(({ id }) => id === node.scope);
  if (caller?.state === "blocked") return false;
  return run.nodes.filter(({ id }) => node.needs.includes(id)).every((need) => need.state === "done");
}

function begin(state: State, run: Run, node: Node, around: Surroundings): void {
  const definition = definitionOf(run, node);
  const contexts = jobContexts(around.repository, variablesFor(state, null), run, node, scopeOf(run, node));
  const add = (plan: JobPlan): JobRecord => {
    const job = newJob(run, node, plan, around);
    state.actions.jobs.push(job);
    return job;
  };
  node.state = "started";
  try {
    if (!around.evaluator.holds(definition.condition, contexts, statusOf(run, node))) {
      const result: Result = run.cancelRequestedAt === undefined ? "skipped" : "cancelled";
      abandonCalled(run, node, result);
      endJob(add({ name: definition.id, labels: [] }), result, around);
    } else if (definition.work.kind === "call") {
      beginCall(run, node, definition.work.with, contexts, around);
    } else {
      for (const plan of planJobs(definition, definition.work, contexts, around)) {
        const job = add(plan);
        around.emit("job.created", { runId: run.id, jobId: job.id, name: job.name, labels: job.labels });
        if (job.concurrency !== undefined) displace(state, `job:${job.id}`, job.concurrency, around);
      }
    }
  } catch (error) {
    // GitHub shows a job that could not be set up as failed, with the reason as its annotation.
    abandonCalled(run, node, "skipped");
    const job = add({ name: definition.id, labels: [] });
    job.annotations.push((error as Error).message);
    endJob(job, "failure", around);
  }
}

/** A call that does not happen takes its jobs with it. */
function abandonCalled(run: Run, node: Node, result: Result): void {
  for (const inner of run.nodes.filter(({ id }) => id.startsWith(`${node.id}/`)))
    Object.assign(inner, { state: "done", result });
}

function beginCall(run: Run, node: Node, given: Template | undefined, contexts: Contexts, around: Surroundings): void {
  const inner = run.scopes.find(({ id }) => id === node.id);
  if (inner === undefined) throw new Error(`The workflow that ${node.jobId} calls is missing.`);
  const values = given === undefined ? {} : around.evaluator.evaluate(given, contexts);
  const checked = checkInputs(inner.workflow.callInputs, values as Record<string, Json>, []);
  if (!checked.ok) throw new Error(checked.problems.join("; "));
  inner.inputs = checked.inputs;
}

/** Ends nodes whose jobs, or whose called workflow, are over. @returns whether anything changed */
export function finishNodes(state: State, run: Run, around: Surroundings): boolean {
  let changed = false;
  for (const node of run.nodes.filter((candidate) => candidate.state === "started")) {
    const inner = run.nodes.filter(({ scope }) => scope === node.id);
    const jobs = jobsOf(state, run, node);
    if (inner.some((other) => other.state !== "done") || jobs.some((job) => job.status !== "completed")) continue;
    node.state = "done";
    node.result = combine([...inner.map((other) => other.result as Result), ...jobs.map(resultOf)]);
    node.outputs = inner.length > 0 ? callOutputs(state, run, node, around) : mergedOutputs(jobs);
    changed = true;
  }
  return changed;
}

/** Jobs of a node in the run's current attempt. */
export function jobsOf(state: State, run: Run, node: Node): JobRecord[] {
  // A job that an earlier attempt finished, and this one did not repeat, still counts.
  const all = state.actions.jobs.filter((job) => job.runId === run.id && job.node === node.id);
  const newest = Math.max(0, ...all.map((job) => job.runAttempt));
  return all.filter((job) => job.runAttempt === newest);
}

function resultOf(job: JobRecord): Result {
  const { conclusion } = job;
  if (conclusion === "success" || conclusion === "skipped" || conclusion === "cancelled") return conclusion;
  return job.continueOnError ? "success" : "failure";
}

/** One result of many: a failure outweighs a cancellation, which outweighs success. */
export function combine(results: readonly Result[]): Result {
  if (results.includes("failure")) return "failure";
  if (results.includes("cancelled")) return "cancelled";
  return results.length > 0 && results.every((result) => result === "skipped") ? "skipped" : "success";
}

/** Of a matrix, a later member's output wins; GitHub promises no order. */
function mergedOutputs(jobs: readonly JobRecord[]): Record<string, string> {
  return Object.assign({}, ...jobs.map((job) => job.outputs)) as Record<string, string>;
}

function callOutputs(state: State, run: Run, node: Node, around: Surroundings): Record<string, string> {
  const scope = run.scopes.find(({ id }) => id === node.id);
  if (scope === undefined) return {};
  const inner = run.nodes.filter((other) => other.scope === node.id).map(({ id }) => id);
  const contexts = {
    github: githubContext(around.repository, run, scope),
    inputs: scope.inputs,
    vars: variablesFor(state, null),
    jobs: needsContext(run, { ...node, needs: inner }),
  };
  const value = (template: Template): string => {
    try {
      return around.evaluator.text(template, contexts);
    } catch {
      // An output that cannot be evaluated is empty, as one of a step that did not run.
      return "";
    }
  };
  return Object.fromEntries(
    Object.entries(scope.workflow.callOutputs).map(([name, template]) => [name, value(template)]),
  );
}
