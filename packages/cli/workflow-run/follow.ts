/** Starts a workflow and follows it to its end. */
import { randomUUID } from "node:crypto";
import type { GitHubClient } from "@ghrunners/core/github/client";
import { statusOf } from "@ghrunners/core/github/errors";
import { type Runs, runToEnd } from "@ghrunners/core/github/workflow-run";
import { note } from "@ghrunners/core/terminal";

/** A workflow to start and to follow to its end. */
export interface WorkflowRequest {
  /** File below .github/workflows of the default branch. */
  readonly workflow: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Runners that may run it, the preferred one first: the first that is online gets the job, by its `labels`. */
  readonly runners: readonly { readonly name: string; readonly labels: readonly string[] }[];
  /** Time limit from start to end, including the wait for a reviewer, seconds; then the run is cancelled. */
  readonly limitSeconds: number;
}

export interface FinishedRun {
  readonly url: string;
  readonly runner: string;
}

/** The part of the GitHub client that is used here. */
export type WorkflowClient = Runs & Pick<GitHubClient, "workflow" | "runnerNamed">;

/** @throws Error if the default branch lacks the workflow */
export async function assertWorkflow(
  client: WorkflowClient,
  repository: string,
  workflow: string,
  instead: string,
): Promise<void> {
  try {
    await client.workflow(workflow);
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    throw new Error(
      `${repository} has no workflow ${workflow} on its default branch. Expected the file .github/workflows/${workflow} of this project there. Next: commit it, or ${instead}`,
    );
  }
}

/** The preferred runner that GitHub shows as online. */
async function chosen(
  client: WorkflowClient,
  { runners }: WorkflowRequest,
): Promise<WorkflowRequest["runners"][number]> {
  for (const runner of runners) if ((await client.runnerNamed(runner.name))?.online) return runner;
  const names = runners.map(({ name }) => name).join(", ");
  throw new Error(
    `No runner is online at GitHub (${names}). Expected one that can run the job. Next: ghrunners status`,
  );
}

/** @throws Error if it does not succeed on the chosen runner */
export async function carryOut(client: WorkflowClient, request: WorkflowRequest): Promise<FinishedRun> {
  const runner = await chosen(client, request);
  const title = randomUUID();
  const { url } = await runToEnd(client, {
    workflow: request.workflow,
    title,
    inputs: { ...request.inputs, labels: JSON.stringify(runner.labels), proof: title },
    what: `The run of ${request.workflow}`,
    runner: runner.name,
    limitSeconds: request.limitSeconds,
    next: {
      late: "run the same command again, and have it approved in time",
      failed: "read its log, then run the same command again",
    },
    onWaiting: (run) => note(`waiting for a reviewer: ${run.url}`),
  });
  return { url, runner: runner.name };
}
