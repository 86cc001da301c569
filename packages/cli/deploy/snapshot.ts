/** What is seen of a deployment that runs at GitHub, at one moment. Plain data. */
import type { Look } from "@ghrunners/deploy/target/queries";

export interface SeenJob {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  /** Machine that has it. */
  readonly runner: string | null;
  readonly labels: readonly string[];
}

/** The gate's verdict, as its job's log says it. */
export type Verdict =
  | { readonly go: true; readonly runner: string; readonly reason: string }
  | { readonly go: false; readonly reason: string; readonly runbook: string };

export interface SeenRun {
  readonly id: number;
  readonly url: string;
  /** 1, and one more each time the run is started again. */
  readonly attempt: number;
  readonly status: string;
  readonly conclusion: string | null;
  readonly jobs: readonly SeenJob[];
  /** null while the gate has not decided. */
  readonly gate: Verdict | null;
  /** Logins that may approve; empty when nothing waits for them. */
  readonly reviewers: readonly string[];
  /** Whether a runner that could do the deployment job is online; null while that is no question. */
  readonly runnerOnline: boolean | null;
}

export interface Snapshot {
  /** Of the deployment: each attempt of a run is one of its own. */
  readonly id: string;
  /** Why GitHub says nothing, or what it says. */
  readonly github: SeenRun | string;
  /** Name of the target that knows the deployment, and what it says; null while none does. */
  readonly target: { readonly name: string; readonly look: Look } | null;
  /** Why a target cannot be asked from here. */
  readonly blind: string | null;
}

/** Names of called workflows' jobs: `release / gate / Choose`, `release / Deploy`. */
export const gateJob = ({ jobs }: SeenRun): SeenJob | undefined => jobs.find(({ name }) => / \/ Choose$/.test(name));
export const deployJob = ({ jobs }: SeenRun): SeenJob | undefined => jobs.find(({ name }) => / \/ Deploy$/.test(name));

/** Reads the gate's words out of its job's log (renderSummary in packages/deploy/gate/judge.ts). */
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

/** What the deployer said of a deployment that was not begun: its errors, or that there is nothing to do. */
export function lastWords(log: string): string[] {
  return log
    .split("\n")
    .map((line) => line.replace(/^\S+Z /, "").trim())
    .filter((line) => line.startsWith("##[error]") || /is installed and healthy: nothing to do\.$/.test(line))
    .map((line) => line.replace(/^##\[error\]/, ""))
    .filter((line) => !/^Process completed with exit code \d+\.?$/.test(line));
}
