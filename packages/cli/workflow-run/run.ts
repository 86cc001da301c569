import { runInside } from "../inside";
import type { Stack } from "../pulumi/stack";
import type { Settings } from "@ghrunners/config/parse";
import type { FinishedRun, WorkflowOrder, WorkflowRunInput } from "./follow";

/** @throws Error when the default branch lacks the workflow; `instead` says what to do about it */
export function requireWorkflow(stack: Stack, settings: Settings, workflow: string, instead: string): Promise<void> {
  return call<void>(stack, settings, { verb: "look", workflow, instead });
}

/**
 * Starts a workflow and follows it to its end. In the laboratory its reviewer approves; elsewhere a line says where
 * somebody has to.
 * @throws Error when it does not succeed on the runner that was chosen
 */
export function runWorkflow(stack: Stack, settings: Settings, order: WorkflowOrder): Promise<FinishedRun> {
  return call<FinishedRun>(stack, settings, { verb: "run", ...order, reviewerToken: stack.lab?.secrets.reviewerToken });
}

type Verb = WorkflowRunInput extends infer Each
  ? Each extends unknown
    ? Omit<Each, "github" | "token">
    : never
  : never;

function call<Result>(stack: Stack, { github, githubToken }: Settings, verb: Verb): Promise<Result> {
  const input = { github, token: githubToken, ...verb } as WorkflowRunInput;
  return runInside<WorkflowRunInput, Result>(stack.engine, "packages/cli/workflow-run/run.worker.ts", input);
}
