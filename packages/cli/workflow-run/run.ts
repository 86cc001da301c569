import type { Settings } from "@ghrunners/config/parse";
import { repositoryOf } from "@ghrunners/core/github/repository";
import { GitHubClient } from "@ghrunners/core/github/client";
import { carryOut, type FinishedRun, assertWorkflow, type WorkflowRequest } from "./follow";

const open = ({ github, githubToken }: Settings): GitHubClient => new GitHubClient(repositoryOf(github), githubToken);

/** @throws Error if the default branch lacks the workflow; `instead` is its next command */
export async function requireWorkflow(settings: Settings, workflow: string, instead: string): Promise<void> {
  await assertWorkflow(open(settings), settings.github.repository, workflow, instead);
}

/**
 * Starts a workflow and follows it to its end. Prints a line when a reviewer has to approve.
 * @throws Error if it does not succeed on the chosen runner
 */
export async function runWorkflow(settings: Settings, request: WorkflowRequest): Promise<FinishedRun> {
  return carryOut(open(settings), request);
}
