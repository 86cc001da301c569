import { type GitHubSettings, repositoryOf } from "@ghrunners/core/github/repository";
import { GitHubClient } from "@ghrunners/core/github/client";
import { readEnvironment } from "@ghrunners/core/github/environment";
import { statusOf } from "@ghrunners/core/github/errors";
import type { Protection } from "@ghrunners/core/github/protection";
import { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import { CHOICE_VARIABLE } from "@ghrunners/core/vocabulary/failover";
import { MAINTENANCE_VARIABLE } from "@ghrunners/failover/choice/maintenance";
import { PAUSE_VARIABLE } from "@ghrunners/failover/choice/pause";
import type { MonitoringUrls } from "../monitoring/address";
import { collectMonitoring } from "../monitoring/collect";
import type { JobStatus, StatusObservation } from "./report";

/** What to read, and the credentials for it. */
export interface StatusInput {
  readonly proxmox: { readonly endpoint: string; readonly token: string };
  readonly github: GitHubSettings & { readonly token: string };
  /** Runners whose jobs belong to the stack. Empty: GitHub is not queried. */
  readonly runnerNames: readonly string[];
  /** Name of the GitHub environment to read; null: none. */
  readonly environment: string | null;
  /** The monitoring host's services and the environment whose alerts count; null: the stack has none. */
  readonly monitoring: { readonly urls: MonitoringUrls; readonly environment: string } | null;
}

const limitMs = 10_000;

const secondsBetween = (from: string | null, to: string | null): number | null =>
  from === null || to === null ? null : Math.round((Date.parse(to) - Date.parse(from)) / 1000);

async function lastJob(github: GitHubClient, names: readonly string[]): Promise<JobStatus | null> {
  const { workflow_runs: runs } = await github.call("list the workflow runs", ({ rest }, where) =>
    rest.actions.listWorkflowRunsForRepo({ ...where, per_page: 10 }),
  );
  for (const run of runs) {
    const { jobs } = await github.call("list the jobs of a run", ({ rest }, where) =>
      rest.actions.listJobsForWorkflowRun({ ...where, run_id: run.id }),
    );
    const job = jobs.find((entry) => entry.runner_name != null && names.includes(entry.runner_name));
    if (job === undefined) continue;
    return {
      workflow: run.name ?? run.path,
      job: job.name,
      runner: job.runner_name ?? "",
      status: job.status,
      conclusion: job.conclusion,
      seconds: secondsBetween(job.started_at, job.completed_at),
      completedAt: job.completed_at,
      url: job.html_url ?? run.html_url,
    };
  }
  return null;
}

/** The environment's protection; null if there is no environment of that name. */
async function environment(github: GitHubClient, name: string): Promise<Protection | null> {
  return (await github.explain("read the environment", readEnvironment(github, name))) ?? null;
}

/** Text of a variable; null if it does not exist. */
const variable = async (github: GitHubClient, name: string): Promise<string | null> =>
  (await github.variable(name)) ?? null;

/** The same of a variable that only affects a banner; undefined: the token may not read variables. */
async function forBanner(github: GitHubClient, name: string): Promise<string | null | undefined> {
  try {
    return await variable(github, name);
  } catch (error) {
    if (statusOf(error) === 403) return undefined;
    throw error;
  }
}

/** Reads all services in parallel; one that does not answer is an error in the result, never a guess. */
export async function collect(input: StatusInput): Promise<StatusObservation> {
  const errors = new Map<string, string>();
  const orUnknown = async <T>(service: string, work: Promise<T>, what = service): Promise<T | undefined> =>
    work.catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
      // A refused permission is one of its own; every other cause is the service's, and is reported once.
      const key = statusOf(error) === 403 ? message : service;
      if (!errors.has(key)) errors.set(key, `${what} cannot be read: ${message}${cause}`);
      return undefined;
    });
  const { monitoring: watched, runnerNames, environment: name } = input;
  const github = new GitHubClient(repositoryOf(input.github), input.github.token, { limitMs, retries: false });
  const proxmox = new ProxmoxClient({ ...input.proxmox, limitMs });
  const hasRunners = runnerNames.length > 0;
  const ofRunners = <T>(read: () => Promise<T>, what?: string): Promise<T | undefined> | undefined =>
    hasRunners ? orUnknown("GitHub", read(), what) : undefined;
  const [vms, runners, job, deployment, choice, monitoring, maintenance, pause] = await Promise.all([
    orUnknown("Proxmox VE", proxmox.guests()),
    ofRunners(() => github.runners()),
    ofRunners(() => lastJob(github, runnerNames), "GitHub's last job"),
    name === null ? undefined : orUnknown("GitHub", environment(github, name), "GitHub's environment"),
    ofRunners(() => variable(github, CHOICE_VARIABLE), "GitHub's choice of the runner"),
    watched === null ? undefined : orUnknown("Monitoring", collectMonitoring(watched.urls, watched.environment)),
    ofRunners(() => forBanner(github, MAINTENANCE_VARIABLE), "GitHub's variables"),
    ofRunners(() => forBanner(github, PAUSE_VARIABLE), "GitHub's variables"),
  ]);
  const variables = { choice, maintenance, pause };
  return { vms, runners, lastJob: job, deployment, monitoring, ...variables, errors: [...errors.values()] };
}
