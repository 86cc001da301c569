import path from "node:path";
import { timestamp } from "../clock";
import type { DispatchRequest } from "../engine";
import type { GitHubState } from "../model";
import { readConcurrency } from "./concurrency";
import { githubContext } from "./contexts";
import { checkInputs } from "./inputs";
import type { Workflow } from "./model";
import { scopesAndNodes } from "./new-run";
import type { JobNode, RunRecord, RunOrigin, RunScope } from "./records";
import { type EngineContext, variablesOf } from "./engine-context";
import type { Json } from "./template";

/** A run that GitHub would make. */
export interface PlannedRun {
  readonly file: string;
  readonly origin: RunOrigin;
  readonly workflow: Workflow;
  readonly scopes: readonly RunScope[];
  readonly nodes: readonly JobNode[];
}

/**
 * Checks a dispatch as GitHub does.
 * @param ref the branch or tag that the request means, as `refs/heads/main`; undefined if there is none
 * @param load reads and parses a workflow file of that ref
 * @throws Error in GitHub's words
 */
export function planDispatch(
  request: DispatchRequest,
  ref: string | undefined,
  environments: readonly string[],
  load: (file: string) => Workflow,
): PlannedRun {
  if (ref === undefined) throw new Error(`No ref found for: ${request.ref}`);
  const headBranch = ref.replace(/^refs\/(heads|tags)\//, "");
  const file = path.basename(request.path);
  const workflow = load(file);
  if (!workflow.events.includes("workflow_dispatch"))
    throw new Error("Workflow does not have 'workflow_dispatch' trigger");
  const checked = checkInputs(workflow.dispatchInputs, request.inputs as Record<string, Json>, environments);
  if (!checked.ok) throw new Error(checked.problems.join("; "));
  const origin = { event: "workflow_dispatch", headBranch, ref, actor: request.login };
  return { file, origin, workflow, ...scopesAndNodes(workflow, checked.inputs, load) };
}

/**
 * A planned run, to be started; counts the workflow's runs.
 * @throws Error when run-name or concurrency cannot be evaluated
 */
export function newRun(
  state: GitHubState,
  { file, origin, workflow, scopes, nodes }: PlannedRun,
  headSha: string,
  context: EngineContext,
): RunRecord {
  const now = timestamp(context.now);
  const number = (state.actions.runNumbers[file] ?? 0) + 1;
  state.actions.runNumbers[file] = number;
  const run: RunRecord = {
    id: context.nextId(),
    number,
    attempt: 1,
    workflowFile: file,
    name: workflow.name,
    displayTitle: workflow.name,
    ...origin,
    headSha,
    triggeringActor: origin.actor,
    status: "pending",
    conclusion: null,
    createdAt: now,
    startedAt: now,
    updatedAt: now,
    scopes: [...scopes],
    nodes: [...nodes],
  };
  const contexts = {
    github: githubContext(context.repository, run, scopes[0] as RunScope),
    inputs: scopes[0]?.inputs ?? {},
    vars: variablesOf(state, undefined),
  };
  const { evaluator } = context;
  const setting = workflow.concurrency === undefined ? null : evaluator.evaluate(workflow.concurrency, contexts);
  const concurrency = readConcurrency(setting);
  return {
    ...run,
    displayTitle: workflow.runName === undefined ? workflow.name : evaluator.text(workflow.runName, contexts),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(context.keepsVariables ? { variables: variablesOf(state, undefined) } : {}),
  };
}
