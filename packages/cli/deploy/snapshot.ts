/** A deployment through GitHub, as observed at one moment. Plain data. */
import type { DeploymentProgress } from "@ghrunners/deploy/target/queries";

export interface SeenJob {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  /** Runner that took the job; null while none has. */
  readonly runner: string | null;
  readonly labels: readonly string[];
}

/** The gate's verdict, read from its job's log. */
export type Verdict =
  | { readonly go: true; readonly runner: string; readonly reason: string }
  | { readonly go: false; readonly reason: string; readonly runbook: string };

export interface SeenRun {
  readonly id: number;
  readonly url: string;
  /** 1 at first, increased each time the run is started again. */
  readonly attempt: number;
  readonly status: string;
  readonly conclusion: string | null;
  readonly jobs: readonly SeenJob[];
  /** null while the gate has not decided. */
  readonly gate: Verdict | null;
  /** Logins that may approve; empty if no approval is pending. */
  readonly reviewers: readonly string[];
  /** Whether a runner that could do the deployment job is online; null while that does not matter. */
  readonly runnerOnline: boolean | null;
}

export interface Snapshot {
  /** Id of the deployment: each attempt of a run is a deployment of its own. */
  readonly id: string;
  /** The run as GitHub shows it, or the reason why GitHub shows nothing (text). */
  readonly github: SeenRun | string;
  /** The target that knows the deployment, with its report; null while none does. */
  readonly target: { readonly name: string; readonly look: DeploymentProgress } | null;
  /** Why a target cannot be reached from here; null if all can. */
  readonly blind: string | null;
}

interface Named {
  readonly name: string;
}
interface Jobs<Job extends Named> {
  readonly jobs: readonly Job[];
}

/** Names of called workflows' jobs: `release / gate / Choose`, `release / Deploy`. */
export const gateJob = <Job extends Named>({ jobs }: Jobs<Job>): Job | undefined =>
  jobs.find(({ name }) => / \/ Choose$/.test(name));
export const deployJob = <Job extends Named>({ jobs }: Jobs<Job>): Job | undefined =>
  jobs.find(({ name }) => / \/ Deploy$/.test(name));

/** Reads the gate's verdict from its job's log (renderSummary in packages/deploy/gate/judge.ts). */
export function verdictIn(log: string): Verdict | null {
  const lines = log.split("\n").map((line) => line.replace(/^\S+Z /, "").trim());
  const after = (start: string): string | undefined =>
    lines.find((line) => line.startsWith(start))?.slice(start.length);
  const runner = after("### Runner: ");
  if (runner !== undefined) return { go: true, runner, reason: after("Reason: ") ?? "" };
  const at = lines.indexOf("### No runner for this deployment");
  if (at < 0) return null;
  const reason = lines.slice(at + 1).find((line) => line !== "") ?? "";
  return { go: false, reason, runbook: after("Runbook: ") ?? "" };
}

/** The deployer's messages about a deployment that did not start: its errors, or that there is nothing to do. */
export function lastWords(log: string): string[] {
  return log
    .split("\n")
    .map((line) => line.replace(/^\S+Z /, "").trim())
    .filter((line) => line.startsWith("##[error]") || /is installed and healthy: nothing to do\.$/.test(line))
    .map((line) => line.replace(/^##\[error\]/, ""))
    .filter((line) => !/^Process completed with exit code \d+\.?$/.test(line));
}
