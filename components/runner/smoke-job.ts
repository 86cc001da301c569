/** One real workflow job on exactly one runner: the proof that GitHub can use it. */
import { randomUUID } from "node:crypto";
import { type Runs, runToEnd } from "@ghrunners/core/github/workflow-run";
import type { GateEvidence, GateInputs } from "./plan-gate";

type SmokeSettings = GateInputs["smoke"];
type SmokeEvidence = GateEvidence["jobs"][number];

/** The runner that must run the job, and labels that only it has. */
export interface SmokeSubject {
  readonly runnerName: string;
  readonly labels: readonly string[];
}

/**
 * Runs the smoke workflow on one runner and waits for its end.
 * @throws Error if it does not succeed on exactly that runner within the limit
 */
export async function proveJob(github: Runs, smoke: SmokeSettings, subject: SmokeSubject): Promise<SmokeEvidence> {
  const title = randomUUID();
  const { id, url, conclusion } = await runToEnd(github, {
    workflow: smoke.workflow,
    ref: smoke.ref,
    title,
    inputs: { labels: JSON.stringify(subject.labels), proof: title },
    what: `The smoke job on ${subject.runnerName}`,
    runner: subject.runnerName,
    limitSeconds: smoke.timeoutSeconds,
    next: { late: "check the runner's journal, then pulumi up", failed: "read its log, then pulumi up" },
  });
  return { runner: subject.runnerName, runId: id, url, conclusion };
}
