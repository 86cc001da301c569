/** Starts a workflow and follows it to its end. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { GitHubClient, WorkflowRun } from "@ghrunners/core/github/client";
import { statusOf } from "@ghrunners/core/github/errors";
import { note } from "@ghrunners/core/terminal";

/** A workflow to start and to follow to its end. */
export interface WorkflowOrder {
  /** File below .github/workflows of the default branch. */
  readonly workflow: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Runners that may run it, the preferred one first: the first that is online gets the job, by its labels in `labels`. */
  readonly runners: readonly { readonly name: string; readonly labels: readonly string[] }[];
  /** From the start to the end, waiting for a reviewer included; then the run is cancelled. Seconds. */
  readonly limitSeconds: number;
}

export interface FinishedRun {
  readonly url: string;
  readonly runner: string;
}

/** What of GitHub is asked here. */
export type Runs = Pick<
  GitHubClient,
  "workflow" | "runnerNamed" | "repository" | "dispatch" | "runTitled" | "run" | "cancelRun" | "runnersOfRun"
>;

const POLL_MS = 500;

/** @throws Error when the default branch lacks the workflow */
export async function look(client: Runs, repository: string, workflow: string, instead: string): Promise<void> {
  try {
    await client.workflow(workflow);
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    throw new Error(
      `${repository} has no workflow ${workflow} on its default branch. Expected the file .github/workflows/${workflow} of this project there. Next: commit it, or ${instead}`,
    );
  }
}

/** The preferred runner that GitHub shows online. */
async function chosen(client: Runs, { runners }: WorkflowOrder): Promise<WorkflowOrder["runners"][number]> {
  for (const runner of runners) if ((await client.runnerNamed(runner.name))?.online) return runner;
  const names = runners.map(({ name }) => name).join(", ");
  throw new Error(
    `No runner is online at GitHub (${names}). Expected one that can run the job. Next: ghrunners status`,
  );
}

async function follow(client: Runs, order: WorkflowOrder, title: string): Promise<WorkflowRun> {
  const deadline = Date.now() + order.limitSeconds * 1_000;
  let run: WorkflowRun | undefined;
  let told = false;
  for (;;) {
    run = run === undefined ? await client.runTitled(order.workflow, title) : await client.run(run.id);
    if (run?.status === "completed") return run;
    if (run?.status === "waiting" && !told) {
      note(`waiting for a reviewer: ${run.url}`);
      told = true;
    }
    if (Date.now() > deadline) {
      if (run !== undefined) await client.cancelRun(run.id);
      throw new Error(
        `The run of ${order.workflow} is ${run?.status ?? "not to be seen"} after ${order.limitSeconds} s, expected completed. ` +
          `It was cancelled: ${run?.url ?? title}. Next: the same command again, and an approval in time`,
      );
    }
    await delay(POLL_MS);
  }
}

/** @throws Error when it does not succeed on the runner that was chosen */
export async function carryOut(client: Runs, order: WorkflowOrder): Promise<FinishedRun> {
  const runner = await chosen(client, order);
  const title = randomUUID();
  const { defaultBranch } = await client.repository();
  const inputs = { ...order.inputs, labels: JSON.stringify(runner.labels), proof: title };
  await client.dispatch(order.workflow, defaultBranch, inputs);
  const run = await follow(client, order, title);
  const ran = await client.runnersOfRun(run.id);
  if (run.conclusion !== "success" || ran.length === 0 || !ran.every((name) => name === runner.name)) {
    throw new Error(
      `The run of ${order.workflow} ended with ${run.conclusion ?? "no conclusion"} on ${ran.join(", ") || "no runner"}, ` +
        `expected success on ${runner.name}: ${run.url}. Next: read its log, then the same command again`,
    );
  }
  return { url: run.url, runner: runner.name };
}
