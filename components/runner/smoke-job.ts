/** One real workflow job on exactly one runner: the proof that GitHub can use it. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { GitHubClient, WorkflowRun } from "@ghrunners/core/github/client";
import type { GateEvidence, GateInputs } from "./plan-gate";

const POLL_MS = 500;

type SmokeSettings = GateInputs["smoke"];
type SmokeEvidence = GateEvidence["jobs"][number];

/** The runner that is to run the job, and the labels that only it has. */
export interface SmokeSubject {
  readonly runnerName: string;
  readonly labels: readonly string[];
}

async function awaitRun(
  github: GitHubClient,
  smoke: SmokeSettings,
  subject: SmokeSubject,
  title: string,
): Promise<WorkflowRun> {
  const deadline = Date.now() + smoke.timeoutSeconds * 1_000;
  let run: WorkflowRun | undefined;
  for (;;) {
    run = run === undefined ? await github.runTitled(smoke.workflow, title) : await github.run(run.id);
    if (run?.status === "completed") return run;
    if (Date.now() > deadline) {
      if (run !== undefined) await github.cancelRun(run.id);
      throw new Error(
        `The smoke job on ${subject.runnerName} is ${run?.status ?? "not to be seen"} after ` +
          `${smoke.timeoutSeconds} s, expected completed. It was cancelled: ${run?.url ?? title}. Next: look at the runner's journal, then pulumi up`,
      );
    }
    await delay(POLL_MS);
  }
}

/**
 * Runs the smoke workflow on one runner and waits for its end.
 * @throws Error when it does not succeed on exactly that runner within the limit
 */
export async function proveJob(
  github: GitHubClient,
  smoke: SmokeSettings,
  subject: SmokeSubject,
): Promise<SmokeEvidence> {
  const title = randomUUID();
  const ref = smoke.ref ?? (await github.repository()).defaultBranch;
  await github.dispatch(smoke.workflow, ref, { labels: JSON.stringify(subject.labels), proof: title });
  const run = await awaitRun(github, smoke, subject, title);
  const runners = await github.runnersOfRun(run.id);
  if (run.conclusion !== "success" || !runners.every((name) => name === subject.runnerName) || runners.length === 0) {
    throw new Error(
      `The smoke job for ${subject.runnerName} ended with ${run.conclusion ?? "no conclusion"} on ` +
        `${runners.join(", ") || "no runner"}, expected success on ${subject.runnerName}: ${run.url}. Next: read its log, then pulumi up`,
    );
  }
  return { runner: subject.runnerName, runId: run.id, url: run.url, conclusion: run.conclusion };
}
