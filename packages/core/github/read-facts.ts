/**
 * Converts GitHub's answers to facts. Pure. Shapes: GitHub's OpenAPI description, and the emulator's contract tests.
 */
import path from "node:path";
import type { JobFacts, RunFacts } from "./facts";

/** Seconds since 1970; undefined if the text is not a time. */
function time(text: string | null | undefined): number | undefined {
  const at = Date.parse(text ?? "") / 1000;
  return Number.isNaN(at) ? undefined : at;
}

export interface RawRun {
  id: number;
  run_attempt?: number;
  status: string | null;
  path: string;
  /** Workflows that the run's file calls, at any depth: `octo-org/app/.github/workflows/deploy.yml@refs/heads/main`. */
  referenced_workflows?: { path: string }[] | null;
  created_at: string;
  run_started_at?: string;
  updated_at: string;
}

/** Strips the folder, and the ref that a path may end in. */
const fileOf = (text: string): string => path.posix.basename(text.replace(/@.*$/, ""));

/** Names of the workflow files of a run, the one that was started first. */
export const workflowsOf = (raw: Pick<RawRun, "path" | "referenced_workflows">): string[] => [
  fileOf(raw.path),
  ...(raw.referenced_workflows ?? []).map((called) => fileOf(called.path)),
];

export function toRun(raw: RawRun): RunFacts {
  const createdAt = time(raw.created_at) ?? 0;
  return {
    id: raw.id,
    attempt: raw.run_attempt ?? 1,
    status: raw.status ?? "unknown",
    workflows: workflowsOf(raw),
    createdAt,
    startedAt: time(raw.run_started_at) ?? createdAt,
    updatedAt: raw.updated_at,
  };
}

export const toRuns = ({ workflow_runs }: { workflow_runs: RawRun[] }): RunFacts[] => workflow_runs.map(toRun);

export interface RawJobs {
  jobs: {
    id: number;
    name: string;
    run_attempt?: number;
    status: string;
    conclusion: string | null;
    labels: string[];
    runner_name: string | null;
    created_at: string;
    started_at: string | null;
    completed_at: string | null;
    steps?: { name: string; conclusion: string | null }[];
  }[];
}

export const toJobs = ({ jobs }: RawJobs): JobFacts[] =>
  jobs.map((job) => ({
    id: job.id,
    name: job.name,
    attempt: job.run_attempt ?? 1,
    status: job.status,
    conclusion: job.conclusion ?? undefined,
    labels: job.labels,
    runner: job.runner_name || undefined,
    createdAt: time(job.created_at) ?? 0,
    startedAt: time(job.started_at),
    completedAt: time(job.completed_at),
    failedStep: job.steps?.find(({ conclusion }) => conclusion === "failure")?.name,
  }));

export const toSecretTimes = ({ secrets }: { secrets: { name: string; updated_at: string }[] }): [string, number][] =>
  secrets.flatMap(({ name, updated_at }): [string, number][] => {
    const at = time(updated_at);
    return at === undefined ? [] : [[name, at]];
  });

/** Undefined while GitHub has announced no end. Source: GitHub, "Get runner version end-of-life schedule". */
export const toDeadline = ({ runtime_deprecates_at }: { runtime_deprecates_at?: string | null }): number | undefined =>
  time(runtime_deprecates_at);

/** Versions that GitHub offers for the runners' kind of machine. */
export const toOfferedVersions = (downloads: { os: string; architecture: string; filename: string }[]): string[] =>
  downloads
    .filter(({ os, architecture }) => os === "linux" && architecture === "x64")
    .flatMap(({ filename }) => /-(\d+\.\d+\.\d+)\.tar\.gz$/.exec(filename)?.[1] ?? []);
