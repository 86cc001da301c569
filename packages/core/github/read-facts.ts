/**
 * From GitHub's answers to facts. Pure. Shapes: GitHub's OpenAPI description, and the emulator's contract tests.
 */
import path from "node:path";
import type { JobFacts, ProtectionFacts, RunFacts, RunnerFacts } from "./facts";

/** Seconds since 1970; undefined for what is no time. */
function time(text: string | null | undefined): number | undefined {
  const at = Date.parse(text ?? "") / 1000;
  return Number.isNaN(at) ? undefined : at;
}

export interface RawRunners {
  runners: { name: string; status: string; busy: boolean; labels: { name: string }[]; version?: string | null }[];
}

export const toRunners = ({ runners }: RawRunners): RunnerFacts[] =>
  runners.map(({ name, status, busy, labels, version }) => ({
    name,
    online: status === "online",
    busy,
    labels: labels.map((label) => label.name),
    version: version || undefined,
  }));

export interface RawRun {
  id: number;
  run_attempt?: number;
  status: string | null;
  path: string;
  created_at: string;
  run_started_at?: string;
  updated_at: string;
}

export function toRun(raw: RawRun): RunFacts {
  const createdAt = time(raw.created_at) ?? 0;
  return {
    id: raw.id,
    attempt: raw.run_attempt ?? 1,
    status: raw.status ?? "unknown",
    // A path may end in the ref that the file was taken from.
    workflow: path.posix.basename(raw.path.replace(/@.*$/, "")),
    createdAt,
    startedAt: time(raw.run_started_at) ?? createdAt,
    updatedAt: raw.updated_at,
  };
}

export const toRuns = ({ workflow_runs }: { workflow_runs: RawRun[] }): RunFacts[] => workflow_runs.map(toRun);

export interface RawJobs {
  jobs: {
    id: number;
    run_attempt?: number;
    status: string;
    conclusion: string | null;
    labels: string[];
    runner_name: string | null;
    created_at: string;
    started_at: string | null;
    completed_at: string | null;
  }[];
}

export const toJobs = ({ jobs }: RawJobs): JobFacts[] =>
  jobs.map((job) => ({
    id: job.id,
    attempt: job.run_attempt ?? 1,
    status: job.status,
    conclusion: job.conclusion ?? undefined,
    labels: job.labels,
    runner: job.runner_name || undefined,
    createdAt: time(job.created_at) ?? 0,
    startedAt: time(job.started_at),
    completedAt: time(job.completed_at),
  }));

export interface RawEnvironment {
  can_admins_bypass?: boolean;
  protection_rules?: {
    type: string;
    wait_timer?: number;
    prevent_self_review?: boolean;
    reviewers?: { type?: string; reviewer?: { login?: string; slug?: string } }[];
  }[];
  deployment_branch_policy: { protected_branches: boolean; custom_branch_policies: boolean } | null;
}

export interface BranchPolicy {
  readonly name: string;
  readonly type: "branch" | "tag";
}

export const toBranchPolicies = ({
  branch_policies,
}: {
  branch_policies: { name?: string; type?: string }[];
}): BranchPolicy[] => branch_policies.map(({ name = "", type }) => ({ name, type: type === "tag" ? "tag" : "branch" }));

/** @param policies of an environment with custom branch policies; empty otherwise */
export function toProtection(raw: RawEnvironment, policies: readonly BranchPolicy[]): ProtectionFacts {
  const rules = raw.protection_rules ?? [];
  const review = rules.find(({ type }) => type === "required_reviewers");
  const named = (kind: BranchPolicy["type"]): string[] =>
    policies.filter(({ type }) => type === kind).map(({ name }) => name);
  return {
    reviewers: (review?.reviewers ?? []).flatMap(({ reviewer }) => reviewer?.login ?? reviewer?.slug ?? []),
    waitMinutes: rules.find(({ type }) => type === "wait_timer")?.wait_timer ?? 0,
    preventSelfReview: review?.prevent_self_review ?? false,
    adminsCanBypass: raw.can_admins_bypass ?? true,
    branches: named("branch"),
    tags: named("tag"),
  };
}

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
