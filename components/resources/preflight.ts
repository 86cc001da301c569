/**
 * The dynamic resource Preflight. The looking is done in `check`, which runs in previews too, and only when what it
 * looks at has changed. A run without changes asks one question, which costs nothing: what is left of GitHub's rate
 * limit.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { GitHubClient } from "@ghrunners/core/github/client";
import type { PreflightInputs } from "../preflight/args";
import { environmentProblems } from "../preflight/judge-environment";
import { ownMachineProblems } from "../preflight/judge-own-machine";
import { judgeGitHub, judgeProxmox } from "../preflight/judge";
import type { PreflightProblem } from "../preflight/observation";
import { judgeRunnerGroup } from "../preflight/judge-runner-group";
import { observeRunnerGroup } from "../preflight/observe-runner-group";
import { imposedActions, offNotices } from "../preflight/actions-policy";
import { gateNotices } from "../preflight/gate-machine";
import { judgeDeployment, noticesOf } from "../preflight/judge-deployment";
import { observeGitHub, observeProxmox } from "../preflight/observe";
import { observeDeployment } from "../preflight/observe-deployment";
import { runnerHere } from "../runner/own-machine";
import { DynamicResource, type Inputs } from "./dynamic-resource";
import { onThisStack, workOnStack } from "./named-stack";
import { configure, packageSecret } from "./provider-access";
import { repositoryOf } from "@ghrunners/core/github/repository";
import { refuseWithoutRequests, requestsLeft } from "@ghrunners/core/github/requests-left";
import { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import { gitHubLibrary } from "../libraries";

export type { PreflightInputs } from "../preflight/args";

/** What is looked at. The stack's name only completes commands: in a state without it, that is no change. */
const lookedAt = (inputs: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== "__provider" && key !== "stack"));

/** Sorts keys, because their order differs between state and program. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

const same = (olds: object, news: object): boolean => canonical(lookedAt(olds)) === canonical(lookedAt(news));

/** Pulumi shows a provider's standard output in the preview, as information. */
const say = (line: string): void => console.log(`preflight: ${onThisStack(line)}`);

async function deployment(
  github: GitHubClient,
  olds: Partial<PreflightInputs>,
  news: PreflightInputs,
): Promise<PreflightProblem[]> {
  const seen = await observeDeployment(github, news.deployment, news.github.url);
  if ("value" in seen.kind) noticesOf(news.github.repository, news.deployment, seen.kind.value).forEach(say);
  gateNotices(seen.gate, news).forEach(say);
  offNotices(seen.policy, news.github.repository).forEach(say);
  const imposed = imposedActions(seen.policy, news.deployment.rules, olds.deployment?.rules !== undefined);
  imposed.notices.forEach(say);
  return [...judgeDeployment(news.deployment, seen), ...imposed.problems];
}

/** Only where there are hosts: without, no runner is registered. */
async function groupProblems(
  github: GitHubClient,
  olds: Partial<PreflightInputs>,
  { github: { runnerGroup, repository, url }, hosts }: PreflightInputs,
): Promise<PreflightProblem[]> {
  if (runnerGroup === undefined || !hosts) return [];
  const seen = await observeRunnerGroup(github, runnerGroup, url);
  return judgeRunnerGroup({ repository, runnerGroup }, seen, olds.github?.runnerGroup === runnerGroup);
}

const managesGitHub = ({ deployment: { environment, rules } }: PreflightInputs): boolean =>
  environment !== undefined || rules !== undefined;

/** Before anything is asked of GitHub: its provider sleeps until a used-up limit is reset, perhaps for an hour. */
async function rateLimitRefusal(inputs: PreflightInputs): Promise<string | undefined> {
  if (!inputs.hosts && !managesGitHub(inputs)) return undefined;
  const left = await requestsLeft(inputs.github.url, packageSecret("githubToken"));
  return left && refuseWithoutRequests(left);
}

/** @throws Error where the rate limit is used up, and GitHubError where GitHub does not show the repository */
async function refuseBeforeReading(inputs: PreflightInputs): Promise<void> {
  const used = await rateLimitRefusal(inputs);
  if (used !== undefined) throw new Error(used);
  if (!inputs.hosts && !managesGitHub(inputs)) return;
  const { GitHubClient } = gitHubLibrary();
  await new GitHubClient(repositoryOf(inputs.github), packageSecret("githubToken")).repository();
}

/** @param asksGitHub false where its rate limit is used up */
async function problemsOf(
  olds: Partial<PreflightInputs>,
  news: PreflightInputs,
  asksGitHub: boolean,
): Promise<PreflightProblem[]> {
  const [proxmoxToken, githubToken] = [packageSecret("proxmoxToken"), packageSecret("githubToken")];
  const proxmox = new ProxmoxClient({ endpoint: news.proxmox.endpoint, token: proxmoxToken });
  const known = (olds.runners ?? []).map(({ name }) => name);
  const ofGitHub = async (): Promise<PreflightProblem[]> => {
    const managed = managesGitHub(news);
    if (!asksGitHub || (!news.hosts && !managed)) return [];
    const { GitHubClient } = gitHubLibrary();
    const github = new GitHubClient(repositoryOf(news.github), githubToken);
    const group = groupProblems(github, olds, news);
    const [ofRunners, ofDeployment] = await Promise.all([
      news.hosts ? observeGitHub(github, news).then((seen) => judgeGitHub(news, seen, known)) : [],
      managed ? deployment(github, olds, news) : [],
    ]);
    const ofGroup = await group;
    // Without the group, the organization's runners and tokens are refused too.
    const all = ofGroup.length > 0 ? [...ofGroup, ...ofDeployment] : [...ofRunners, ...ofDeployment];
    // Both parts get the same refusal of a token or a repository; show it once.
    return all.filter(({ reason }, index) => all.findIndex((other) => other.reason === reason) === index);
  };
  const [atProxmox, atGitHub] = await Promise.all([observeProxmox(proxmox, news, olds), ofGitHub()]);
  return [
    ...environmentProblems(olds, news),
    ...ownMachineProblems(olds, news, runnerHere()),
    ...judgeProxmox(news, atProxmox),
    ...atGitHub,
  ];
}

export const provider: pulumi.dynamic.ResourceProvider<PreflightInputs, PreflightInputs> = {
  configure,
  check: async (olds, news) => {
    workOnStack(news.stack);
    const used = await rateLimitRefusal(news);
    if (used === undefined && same(olds, news)) return { inputs: news };
    const problems = same(olds, news) ? [] : await problemsOf(olds, news, used === undefined);
    const limit = used === undefined ? [] : [used];
    const told = problems.map(({ setting, reason }) => `ghrunners:${setting}: ${reason}`);
    const reasons = [...news.refusals, ...limit, ...told];
    // With a property name, Pulumi would print the whole group of settings in front of the reason.
    const failures = reasons.map((reason) => ({ property: "", reason }));
    return failures.length > 0 ? { failures } : { inputs: news };
  },
  diff: async (_id, olds, news) => ({ changes: !same(olds, news) }),
  create: async (inputs) => ({ id: "preflight", outs: inputs }),
  // With --run-program a refresh reads this before it reads anything at GitHub: a token that GitHub refuses is said once,
  // and not for each thing that is managed there. Without, the engine waits for GitHub's provider before it reads
  // anything at all.
  read: async (id, state) => {
    workOnStack(state?.stack);
    if (state !== undefined) await refuseBeforeReading(state);
    return { id, props: state };
  },
  update: async (_id, _olds, news) => ({ outs: news }),
};

/**
 * Checks Proxmox VE and GitHub before anything is changed there: everything that would fail later is reported at once,
 * also in previews. Everything else in the program depends on it.
 */
export class Preflight extends DynamicResource {
  constructor(name: string, inputs: Inputs<PreflightInputs>, opts: pulumi.CustomResourceOptions) {
    super("Preflight", name, inputs, [], opts);
  }
}
