/** Reads Proxmox VE and GitHub with the readers of the preflight, the status and drift detection. Sends only GET. */
import type { PreflightInputs } from "@ghrunners/components/preflight/args";
import { attempt, observeProxmox as observeForPreflight } from "@ghrunners/components/preflight/observe";
import { observeRunnerGroup } from "@ghrunners/components/preflight/observe-runner-group";
import { observeDeployment } from "@ghrunners/components/preflight/observe-deployment";
import { hasFailover } from "@ghrunners/config/failover";
import type { Settings } from "@ghrunners/config/parse";
import { GitHubClient } from "@ghrunners/core/github/client";
import { readEnvironment } from "@ghrunners/core/github/environment";
import { apiBase, repositoryOf } from "@ghrunners/core/github/repository";
import { requestsLeft } from "@ghrunners/core/github/requests-left";
import { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import { CHOICE_VARIABLE } from "@ghrunners/core/vocabulary/failover";
import { MAINTENANCE_VARIABLE } from "@ghrunners/failover/choice/maintenance";
import { PAUSE_VARIABLE } from "@ghrunners/failover/choice/pause";
import { readRepository, readScoped } from "../drift/collect-github";
import { WORKFLOW_FOLDERS } from "./checkout";
import type { AskedGitHub, DoctorFacts, Fact, GitHubFacts, ProxmoxFacts } from "./facts";
import { certificateOf } from "./observe-certificates";
import { observeConcerned } from "./observe-concerned";
import { observeOtherTokens } from "./observe-other-tokens";
import { within } from "./read";

/** With fewer requests left, nothing is asked: the rest belongs to the program. */
const RESERVE = 50;

export async function observeProxmox(
  settings: Settings,
  inputs: PreflightInputs,
  limitMs: number,
): Promise<ProxmoxFacts> {
  const { endpoint } = settings.proxmox;
  const client = new ProxmoxClient({ endpoint, token: settings.proxmoxToken, limitMs });
  const certificate = await certificateOf(endpoint, "the Proxmox VE API", "ghrunners:proxmox.endpoint", limitMs);
  // Then every other request would wait for its own limit.
  if ("error" in certificate) {
    const empty = new Map<never, never>();
    const none = { guests: certificate, nodes: certificate, firewall: certificate, storages: empty, images: empty };
    const seen = { ...none, missingPrivileges: certificate, configs: empty, cpuTypes: empty, answering: [] };
    return { certificate, seen, tokenExpires: certificate };
  }
  const [seen, tokenExpires] = await Promise.all([
    observeForPreflight(client, inputs),
    within(limitMs, "Proxmox VE", () => client.tokenExpires()),
  ]);
  return { certificate, seen, tokenExpires };
}

async function askGitHub(
  github: GitHubClient,
  settings: Settings,
  inputs: PreflightInputs,
  checkout: DoctorFacts["checkout"],
  limitMs: number,
): Promise<AskedGitHub> {
  const read = <T>(work: () => Promise<T>): Promise<Fact<T>> => within(limitMs, "GitHub", work);
  const token = await read(() => github.token());
  const tokenAt = Date.now();
  const { deployment, environment: stage, repository: managed } = settings;
  const name = deployment === undefined ? undefined : (deployment.name ?? stage);
  const runners = read(() => github.runners());
  const files = read(async () => {
    const folders = await Promise.all(WORKFLOW_FOLDERS.map((folder) => github.filesIn(folder)));
    return Object.assign({}, ...folders) as Record<string, string>;
  });
  const [
    repository,
    workflow,
    seenDeployment,
    concerned,
    otherTokens,
    environment,
    choice,
    maintenance,
    pauses,
    deadlines,
    own,
    scoped,
  ] = await Promise.all([
    attempt(() => github.repository()),
    attempt(async () => {
      await github.workflow(inputs.smokeWorkflow);
      return true as const;
    }),
    read(() => observeDeployment(github, inputs.deployment, inputs.github.url)),
    observeConcerned(github, inputs.github.url, files, checkout, read),
    observeOtherTokens(
      settings,
      (value) => new GitHubClient(repositoryOf(settings.github), value, { limitMs, retries: false }),
      read,
    ),
    name === undefined
      ? undefined
      : read(async () => (await github.explain("read the environment", readEnvironment(github, name))) ?? null),
    hasFailover(settings) ? read(async () => (await github.variable(CHOICE_VARIABLE)) ?? null) : undefined,
    read(async () => (await github.variable(MAINTENANCE_VARIABLE)) ?? null),
    read(async () => (await github.variable(PAUSE_VARIABLE)) ?? null),
    runners.then((found) => read(() => deadlinesOf(github, "value" in found ? found.value : []))),
    managed.manage ? read(() => readRepository(github)) : ({ value: undefined } as const),
    read(() => readScoped(github, name, managed.manage)),
  ]);
  const { runnerGroup: group, url } = inputs.github;
  const ofGroup = group === undefined ? {} : { runnerGroup: await read(() => observeRunnerGroup(github, group, url)) };
  const registered = await runners;
  const ours = inputs.runners.map((runner) => runner.name);
  const named =
    "value" in registered ? { value: registered.value.filter((each) => ours.includes(each.name)) } : registered;
  return {
    token,
    tokenAt,
    otherTokens,
    // Whether the token may register runners can only be learnt by a write, which is left to the preflight.
    seen: { repository, workflow, runners: named, registration: { value: true } },
    deployment: seenDeployment,
    runners: registered,
    ...ofGroup,
    ...{
      ...concerned,
      files: await files,
      environment,
      choice,
      maintenance,
      pauses,
      deadlines,
      repository: own,
      scoped,
    },
  };
}

async function deadlinesOf(
  github: GitHubClient,
  runners: readonly { readonly version: string | undefined }[],
): Promise<Record<string, number | undefined>> {
  const versions = [...new Set(runners.flatMap(({ version }) => version ?? []))];
  return Object.fromEntries(
    await Promise.all(versions.map(async (version) => [version, await github.registrationEnds(version)] as const)),
  );
}

export async function observeGitHub(
  settings: Settings,
  inputs: PreflightInputs,
  checkout: DoctorFacts["checkout"],
  limitMs: number,
): Promise<GitHubFacts> {
  const { url } = settings.github;
  const token = settings.githubToken;
  const base = apiBase(url);
  const certificate = await certificateOf(base, "GitHub's REST API", "ghrunners:github.url", limitMs);
  if ("error" in certificate) return { certificate, left: undefined, asked: undefined };
  const left = await requestsLeft(url, token, limitMs);
  if (left !== undefined && left.remaining < RESERVE) return { certificate, left, asked: undefined };
  const github = new GitHubClient(repositoryOf(settings.github), token, { limitMs, retries: false });
  return { certificate, left, asked: await askGitHub(github, settings, inputs, checkout, limitMs) };
}
