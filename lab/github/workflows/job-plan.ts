import { timestamp } from "../clock";
import { readConcurrency } from "./concurrency";
import type { Contexts } from "./expressions";
import { readLabels } from "./matching";
import { memberName, planMatrix } from "./matrix";
import type { Job as JobDefinition, OrdinaryWork } from "./model";
import type { JobRecord, JobNode, RunRecord } from "./records";
import type { EngineContext } from "./engine-context";
import { member, type Json, type WorkflowTemplate } from "./template";

/** GitHub's default of `timeout-minutes`. */
const defaultTimeoutMinutes = 360;

/** What distinguishes one job record from another when it is made. */
export type JobPlan = Pick<JobRecord, "name" | "labels"> &
  Partial<
    Pick<
      JobRecord,
      | "matrix"
      | "strategy"
      | "failFast"
      | "maxParallel"
      | "timeoutMinutes"
      | "continueOnError"
      | "concurrency"
      | "environment"
    >
  >;

/**
 * The jobs of a definition: one for each member of its matrix.
 * @throws Error when an expression, the matrix, `runs-on` or `concurrency` cannot be used
 */
export function planJobs(
  definition: JobDefinition,
  work: OrdinaryWork,
  base: Contexts,
  { evaluator }: Pick<EngineContext, "evaluator">,
): JobPlan[] {
  const strategy = definition.strategy === undefined ? {} : evaluator.evaluate(definition.strategy, base);
  const matrix = planMatrix(strategy);
  return matrix.members.map((values, index) => {
    const strategyContext = {
      "fail-fast": matrix.failFast,
      "job-index": index,
      "job-total": matrix.members.length,
      "max-parallel": Math.min(matrix.maxParallel, matrix.members.length),
    };
    const contexts = { ...base, matrix: values, strategy: strategyContext };
    const value = (template: WorkflowTemplate | undefined): Json =>
      template === undefined ? null : evaluator.evaluate(template, contexts);
    const concurrency = readConcurrency(value(definition.concurrency));
    const environment = environmentName(work.environment, value);
    const timeout = Number(value(work.timeoutMinutes) ?? defaultTimeoutMinutes);
    return {
      name:
        definition.name === undefined ? memberName(definition.id, values) : evaluator.text(definition.name, contexts),
      labels: readLabels(value(work.runsOn)),
      matrix: values,
      strategy: strategyContext,
      failFast: matrix.failFast,
      maxParallel: Number.isFinite(matrix.maxParallel) ? matrix.maxParallel : null,
      timeoutMinutes: Number.isFinite(timeout) && timeout > 0 ? timeout : defaultTimeoutMinutes,
      continueOnError: value(work.continueOnError) === true,
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(environment === undefined ? {} : { environment: { name: environment, url: "" } }),
    };
  });
}

/** The URL of an environment may use outputs of steps: the runner evaluates it, not this. */
function environmentName(
  template: WorkflowTemplate | undefined,
  value: (template: WorkflowTemplate | undefined) => Json,
): string | undefined {
  const name = value(template?.kind === "mapping" ? member(template, "name") : template);
  return typeof name === "string" && name !== "" ? name : undefined;
}

/** A new job of the run, not yet let through to a runner. */
export function newJob(run: RunRecord, node: JobNode, plan: JobPlan, context: EngineContext): JobRecord {
  // A scope's id is `run` and the jobs that call one another.
  const callers = node.scope.split("/").slice(1);
  return {
    matrix: {},
    strategy: {},
    failFast: true,
    maxParallel: null,
    timeoutMinutes: defaultTimeoutMinutes,
    continueOnError: false,
    ...plan,
    id: context.nextId(),
    runId: run.id,
    runAttempt: run.attempt,
    node: node.id,
    name: [...callers, plan.name].join(" / "),
    status: "pending",
    conclusion: null,
    runnerId: null,
    runnerName: null,
    createdAt: timestamp(context.now),
    startedAt: null,
    completedAt: null,
    steps: [],
    outputs: {},
    annotations: [],
  };
}
