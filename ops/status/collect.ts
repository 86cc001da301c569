import { Octokit } from "@octokit/rest";
import { apiBase } from "../../components/github/apiBase";
import { worker } from "../inside";
import type { JobStatus, Observation } from "./report";

/** Where to ask and with what; arrives on standard input. */
export interface CollectInput {
  readonly proxmox: { readonly endpoint: string; readonly token: string };
  readonly github: { readonly url: string; readonly repository: string; readonly token: string };
  /** Runners whose jobs count as the stack's. Empty: GitHub is not asked. */
  readonly runnerNames: readonly string[];
}

const limitMs = 10_000;

async function machines({ proxmox }: CollectInput): Promise<Observation["vms"]> {
  const response = await fetch(new URL("/api2/json/cluster/resources?type=vm", proxmox.endpoint), {
    headers: { authorization: `PVEAPIToken=${proxmox.token}` },
    signal: AbortSignal.timeout(limitMs),
  });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return ((await response.json()) as { data: Observation["vms"] }).data;
}

const secondsBetween = (from: string | null, to: string | null): number | null =>
  from === null || to === null ? null : Math.round((Date.parse(to) - Date.parse(from)) / 1000);

async function lastJob(
  octokit: Octokit,
  repo: { owner: string; repo: string },
  names: readonly string[],
): Promise<JobStatus | null> {
  const runs = await octokit.rest.actions.listWorkflowRunsForRepo({ ...repo, per_page: 10 });
  for (const run of runs.data.workflow_runs) {
    const { data } = await octokit.rest.actions.listJobsForWorkflowRun({ ...repo, run_id: run.id });
    const job = data.jobs.find((entry) => entry.runner_name != null && names.includes(entry.runner_name));
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

async function github(input: CollectInput): Promise<Pick<Observation, "runners" | "lastJob">> {
  if (input.runnerNames.length === 0) return { runners: [], lastJob: null };
  const octokit = new Octokit({
    auth: input.github.token,
    baseUrl: apiBase(input.github.url),
    request: { signal: AbortSignal.timeout(limitMs) },
  });
  const [owner = "", repo = ""] = input.github.repository.split("/");
  const list = await octokit.paginate(octokit.rest.actions.listSelfHostedRunnersForRepo, {
    owner,
    repo,
    per_page: 100,
  });
  // GitHub's description has `version` (null until the first connection); octokit's types do not have it yet.
  const runners = (list as ((typeof list)[number] & { version?: string | null })[]).map((runner) => ({
    id: runner.id,
    name: runner.name,
    status: runner.status,
    busy: runner.busy,
    version: runner.version ?? null,
    labels: runner.labels.map((label) => label.name),
  }));
  return { runners, lastJob: await lastJob(octokit, { owner, repo }, input.runnerNames) };
}

/** Both views at once; a service that cannot be asked is an error in the result, never a guess. */
async function collect(input: CollectInput): Promise<Observation> {
  const errors: string[] = [];
  const or = async <T>(name: string, work: Promise<T>, nothing: T): Promise<T> =>
    work.catch((error: unknown) => {
      const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
      errors.push(`${name} cannot be asked: ${error instanceof Error ? error.message : String(error)}${cause}`);
      return nothing;
    });
  const [vms, seen] = await Promise.all([
    or("Proxmox VE", machines(input), []),
    or("GitHub", github(input), { runners: [], lastJob: null }),
  ]);
  return { vms, ...seen, errors };
}

worker(collect);
