import { Octokit } from "@octokit/rest";
import { CHOICE_VARIABLE } from "@ghrunners/core/vocabulary/failover";
import { apiBase } from "@ghrunners/core/github/api-base";
import { MAINTENANCE_VARIABLE } from "@ghrunners/failover/choice/maintenance";
import type { MonitoringUrls } from "../monitoring/address";
import { lookAtMonitoring } from "../monitoring/look";
import type { Protection, SeenEnvironment } from "./environment";
import type { JobStatus, Observation } from "./report";

/** Where to ask and with what. */
export interface CollectInput {
  readonly proxmox: { readonly endpoint: string; readonly token: string };
  readonly github: { readonly url: string; readonly repository: string; readonly token: string };
  /** Runners whose jobs count as the stack's. Empty: GitHub is not asked. */
  readonly runnerNames: readonly string[];
  /** Name of the GitHub environment to look at; null: none. */
  readonly environment: string | null;
  /** The monitoring host's services and the environment whose alerts count; null: there is none. */
  readonly monitoring: { readonly urls: MonitoringUrls; readonly environment: string } | null;
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

function gitHubOf({ github: { url, repository, token } }: CollectInput): {
  octokit: Octokit;
  where: { owner: string; repo: string };
} {
  const [owner = "", repo = ""] = repository.split("/");
  const request = { signal: AbortSignal.timeout(limitMs) };
  // What is not there is an answer here, and no line on the terminal.
  const quiet = (): void => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  return { octokit: new Octokit({ auth: token, baseUrl: apiBase(url), request, log }), where: { owner, repo } };
}

/** The environment's protection; null when there is none of that name. */
async function environment(input: CollectInput): Promise<SeenEnvironment | undefined> {
  if (input.environment === null) return undefined;
  const { octokit, where } = gitHubOf(input);
  const of = { ...where, environment_name: input.environment };
  try {
    const [{ data }, policies] = await Promise.all([
      octokit.rest.repos.getEnvironment(of),
      octokit.rest.repos.listDeploymentBranchPolicies({ ...of, per_page: 100 }),
    ]);
    return protectionOf(data, policies.data.branch_policies);
  } catch (error) {
    if ((error as { status?: number }).status === 404) return null;
    throw error;
  }
}

/** GitHub sends can_admins_bypass; its description and octokit's types do not have it. */
type EnvironmentView = Awaited<ReturnType<Octokit["rest"]["repos"]["getEnvironment"]>>["data"] & {
  can_admins_bypass?: boolean;
};

function protectionOf(
  { protection_rules: rules = [], can_admins_bypass: bypass = true }: EnvironmentView,
  policies: readonly { name?: string; type?: string }[],
): Protection {
  const review = rules.find((rule) => rule.type === "required_reviewers") as
    { prevent_self_review?: boolean; reviewers?: { reviewer?: { login?: string } }[] } | undefined;
  const timer = rules.find((rule) => rule.type === "wait_timer") as { wait_timer?: number } | undefined;
  const named = (type: string): string[] =>
    policies.filter((policy) => (policy.type ?? "branch") === type).map(({ name = "" }) => name);
  return {
    reviewers: (review?.reviewers ?? []).flatMap(({ reviewer }) => reviewer?.login ?? []),
    waitMinutes: timer?.wait_timer ?? 0,
    preventSelfReview: review?.prevent_self_review ?? false,
    adminsCanBypass: bypass,
    branches: named("branch"),
    tags: named("tag"),
  };
}

/** Text of RUNNER_MAINTENANCE; null: not set, or the token may not read variables, which only a banner needs here. */
async function maintenance(input: CollectInput): Promise<string | null> {
  if (input.runnerNames.length === 0) return null;
  const { octokit, where } = gitHubOf(input);
  try {
    return (await octokit.rest.actions.getRepoVariable({ ...where, name: MAINTENANCE_VARIABLE })).data.value;
  } catch (error) {
    if ([403, 404].includes((error as { status?: number }).status ?? 0)) return null;
    throw error;
  }
}

/** DEPLOY_RUNNER; null when there is none. Not asked where no runner is. */
async function choice(input: CollectInput): Promise<string | null | undefined> {
  if (input.runnerNames.length === 0) return undefined;
  const { octokit, where } = gitHubOf(input);
  try {
    return (await octokit.rest.actions.getRepoVariable({ ...where, name: CHOICE_VARIABLE })).data.value;
  } catch (error) {
    if ((error as { status?: number }).status === 404) return null;
    throw error;
  }
}

async function github(input: CollectInput): Promise<Pick<Observation, "runners" | "lastJob">> {
  if (input.runnerNames.length === 0) return { runners: [], lastJob: null };
  const {
    octokit,
    where: { owner, repo },
  } = gitHubOf(input);
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
export async function collect(input: CollectInput): Promise<Observation> {
  const errors: string[] = [];
  const or = async <T>(name: string, work: Promise<T>, nothing: T): Promise<T> =>
    work.catch((error: unknown) => {
      const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
      errors.push(`${name} cannot be asked: ${error instanceof Error ? error.message : String(error)}${cause}`);
      return nothing;
    });
  const { monitoring: watched } = input;
  const [vms, seen, deployment, chosen, monitoring, away] = await Promise.all([
    or("Proxmox VE", machines(input), []),
    or("GitHub", github(input), { runners: [], lastJob: null }),
    or("GitHub's environment", environment(input), undefined),
    or("GitHub's choice of the runner", choice(input), undefined),
    watched === null ? undefined : or("Monitoring", lookAtMonitoring(watched.urls, watched.environment), undefined),
    or("GitHub's variables", maintenance(input), null),
  ]);
  return { vms, ...seen, deployment, choice: chosen, monitoring, maintenance: away, errors };
}
