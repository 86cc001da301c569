/** GitHub's view of one run. Read-only: what cannot be read is named, and nothing is guessed. */
import { stripVTControlCharacters } from "node:util";
import type { GitHubClient } from "@ghrunners/core/github/client";
import { statusOf, unlessMissing } from "@ghrunners/core/github/errors";
import { workflowsOf } from "@ghrunners/core/github/read-facts";
import { DEPLOY_WORKFLOW } from "@ghrunners/core/vocabulary/delivery";
import { callersOf, isOf } from "../deploy/one-of-several";
import { deployJob, gateJob, lastWords, verdictIn } from "../deploy/snapshot";
import { jobLog, pendingDeployments } from "../workflow-run/read-run";
import type { Approval, WhyFacts, Group, WhyJob, WhyRun } from "./facts";

/** Reads of which any may fail: each failure is reported once, and the others go on. */
export class Reads {
  readonly unread = new Set<string>();

  /** @returns the fallback if the read failed */
  or<T>(work: Promise<T>, fallback: T): Promise<T> {
    return work.catch((error: unknown) => {
      this.unread.add((error as Error).message);
      return fallback;
    });
  }
}

/** Text that a job or its author wrote, as one line that no terminal obeys. */
export const oneLine = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/[\s\u0000-\u001f\u007f]+/g, " ")
    .trim()
    .slice(0, 500);

interface RawRun {
  readonly id: number;
  readonly html_url: string;
  readonly display_title: string;
  readonly path: string;
  readonly referenced_workflows?: { path: string }[] | null;
  readonly run_attempt?: number;
  readonly status: string | null;
  readonly conclusion: string | null;
  readonly created_at: string;
}

/** @param workflow file name of the stack's workflow that deploys */
function toRun(raw: RawRun, workflow: string): WhyRun {
  const files = workflowsOf(raw);
  return {
    id: raw.id,
    url: raw.html_url,
    title: oneLine(raw.display_title),
    workflow: files[0] ?? raw.path,
    deploys: files.some((file) => file === DEPLOY_WORKFLOW || file === workflow),
    attempt: raw.run_attempt ?? 1,
    status: raw.status ?? "unknown",
    conclusion: raw.conclusion,
    createdAt: new Date(raw.created_at).toISOString(),
  };
}

/**
 * One run, or the newest one that deploys.
 * @returns null if no run has deployed yet
 * @throws Error if GitHub does not answer, or has no such run
 */
export async function readRun(client: GitHubClient, id: number | undefined, workflow: string): Promise<WhyRun | null> {
  if (id === undefined) {
    const data = await client.call("list the workflow runs", ({ rest }, names) =>
      rest.actions.listWorkflowRunsForRepo({ ...names, per_page: 100 }),
    );
    return data.workflow_runs.map((raw) => toRun(raw, workflow)).find(({ deploys }) => deploys) ?? null;
  }
  try {
    const raw = await client.call("read a workflow run", ({ rest }, names) =>
      rest.actions.getWorkflowRun({ ...names, run_id: id }),
    );
    return toRun(raw, workflow);
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    throw new Error(`GitHub has no run ${id} in the stack's repository. Expected one that exists. Next: ghrunners why`);
  }
}

interface RawJobs {
  readonly jobs: {
    readonly id: number;
    readonly name: string;
    readonly html_url: string | null;
    readonly status: string;
    readonly conclusion: string | null;
    readonly runner_name: string | null;
    readonly labels: string[];
    readonly created_at: string;
    readonly steps?: { readonly name: string; readonly conclusion: string | null }[];
  }[];
}

type JobWithId = WhyJob & { readonly id: number };

const withoutId = ({ name, url, status, conclusion, runner, labels, createdAt, failedStep }: JobWithId): WhyJob => ({
  ...{ name, url, status, conclusion, runner, labels, createdAt, failedStep },
});

async function readJobs(client: GitHubClient, run: WhyRun): Promise<JobWithId[]> {
  const route = "/actions/runs/{run_id}/jobs";
  return client.list("list the jobs of a run", route, { run_id: run.id }, ({ jobs }: RawJobs) =>
    jobs.map(({ id, name, html_url, status, conclusion, runner_name, labels, created_at, steps = [] }) => ({
      ...{ id, name: oneLine(name), url: html_url ?? run.url, status, conclusion, labels },
      runner: runner_name || null,
      createdAt: new Date(created_at).toISOString(),
      failedStep: oneLine(steps.find((step) => step.conclusion === "failure")?.name ?? "") || null,
    })),
  );
}

async function readApprovals(client: GitHubClient, { id }: WhyRun): Promise<Approval[]> {
  const pending = await pendingDeployments(client, id);
  return pending.map(({ environment, reviewers, wait_timer: waitMinutes, wait_timer_started_at: began }) => ({
    environment: environment.name ?? "unnamed",
    reviewers: reviewers.flatMap(({ reviewer: who }) =>
      who === undefined ? [] : ["login" in who ? who.login : `the team ${who.slug}`],
    ),
    waitMinutes,
    waitsUntil:
      began === null || waitMinutes === 0 ? null : new Date(Date.parse(began) + waitMinutes * 60_000).toISOString(),
  }));
}

interface RawMember {
  readonly run_id: number;
  readonly run_name: string;
  readonly run_html_url: string | null;
  readonly job_name?: string | null;
  readonly status: "in_progress" | "pending";
}
/** Octokit's types do not have these two answers yet. */
interface RawGroupsOfRun {
  readonly concurrency_groups: {
    readonly group_name: string;
    readonly group_members: (RawMember & { readonly position: number })[];
  }[];
}
interface RawGroup {
  readonly group_members: readonly RawMember[];
}

const GROUPS = "read the concurrency groups of a run";

/**
 * The concurrency groups in which the run waits, each with its holder. Source: GitHub, "List concurrency groups for a
 * workflow run". A server without this route shows none.
 */
async function readGroups(client: GitHubClient, { id }: WhyRun): Promise<Group[]> {
  const ofRun = client.get(
    "/actions/runs/{run_id}/concurrency_groups",
    { run_id: id },
    ({ concurrency_groups: groups }: RawGroupsOfRun) =>
      groups.flatMap(({ group_name: group, group_members: members }) => {
        const positions = members.filter(({ status }) => status === "pending").map(({ position }) => position);
        return positions.length === 0 ? [] : [{ group, ahead: Math.min(...positions) }];
      }),
  );
  const waiting = (await client.explain(GROUPS, unlessMissing(ofRun))) ?? [];
  return Promise.all(
    waiting.map(async ({ group, ahead }) => ({ group: oneLine(group), ahead, holder: await holderOf(client, group) })),
  );
}

/** The run that has the place of a group; null if it ended in the meantime. */
async function holderOf(client: GitHubClient, group: string): Promise<Group["holder"]> {
  const members = client.get(
    "/actions/concurrency_groups/{concurrency_group_name}",
    { concurrency_group_name: group },
    (raw: RawGroup) => raw.group_members,
  );
  const found = await client.explain(GROUPS, unlessMissing(members));
  const holder = found?.find(({ status }) => status === "in_progress");
  if (holder === undefined) return null;
  const { run_id: run, run_name: runName, run_html_url: url, job_name: job } = holder;
  return { run, url: url ?? "", name: oneLine(job == null ? runName : `${runName} / ${job}`) };
}

const FAILED = ["failure", "timed_out"];

type Logs = Pick<WhyFacts["github"], "gate" | "words">;

/** What the logs say of the run, or of one of its deployments. */
async function readLogs(client: GitHubClient, run: WhyRun, jobs: readonly JobWithId[]): Promise<Logs> {
  const gate = gateJob({ jobs });
  const failed = jobs.find(({ conclusion }) => FAILED.includes(conclusion ?? ""));
  // A deployment that had nothing to do says so in its log, and in no record.
  const isOver = jobs.every(({ status }) => status === "completed");
  const told = failed ?? (isOver && run.deploys ? deployJob({ jobs }) : undefined);
  const logOf = (job: JobWithId | undefined): Promise<string> =>
    job?.status === "completed" && job.conclusion !== "skipped" ? jobLog(client, job.id) : Promise.resolve("");
  const [gateLog, log] = await Promise.all([logOf(gate), told === gate ? "" : logOf(told)]);
  return { gate: verdictIn(gateLog), words: lastWords(told === gate ? gateLog : log).map(oneLine) };
}

/** Everything that GitHub shows of the run, and the repository's runners. */
export async function readGitHub(client: GitHubClient, run: WhyRun, reads: Reads): Promise<WhyFacts["github"]> {
  const isOpen = run.status !== "completed";
  const [jobs, approvals, groups, runners] = await Promise.all([
    reads.or(readJobs(client, run), []),
    isOpen ? reads.or(readApprovals(client, run), []) : [],
    isOpen ? reads.or(readGroups(client, run), []) : [],
    reads.or<WhyFacts["github"]["runners"]>(
      client
        .runners()
        .then((all) => all.map(({ name, online, busy, labels }) => ({ name, online, busy, labels: [...labels] }))),
      null,
    ),
  ]);
  const callers = callersOf(jobs);
  const several = callers.length > 1 ? callers : [];
  const [logs, ...ofDeployments] = await Promise.all([
    readLogs(client, run, jobs),
    ...several.map((caller) =>
      readLogs(
        client,
        run,
        jobs.filter((job) => isOf(caller, job)),
      ),
    ),
  ]);
  return {
    jobs: jobs.map(withoutId),
    ...logs,
    deployments: ofDeployments.map((each, index) => ({ caller: several[index] ?? "", ...each })),
    ...{ approvals, groups, runners },
  };
}
