import path from "node:path";
import { labelsOf, machinesOf, mindsDeliveries } from "@ghrunners/config/machines";
import type { Settings } from "@ghrunners/config/parse";
import { ownRunners } from "@ghrunners/core/github/runner-group";
import { repositoryOf } from "@ghrunners/core/github/repository";
import { GitHubClient } from "@ghrunners/core/github/client";
import { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import { PRUNE_WORDS } from "@ghrunners/core/vocabulary/safety";
import { readPlan } from "@ghrunners/deploy/plan/parse";
import type { Plan } from "@ghrunners/deploy/plan/schema";
import { print, printJson, WrongUse } from "../command";
import { addressOf } from "../deploy/target";
import { readResources } from "../drift/drift";
import { stackState, type StackState } from "../drift/state";
import { currentStack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { readMachines } from "./machines";
import { calledBy, ghosts, oldReleases, oldVersions, strayMachines, type LeftBehind, type Owned } from "./plan";
import { readReleases, removeReleases } from "./releases";
import { renderPrune, type PruneReport } from "./render";
import { readVersions, removeVersions } from "./runner-versions";

const VM_LIMIT_MS = 120_000;

interface Options {
  readonly stack?: string;
  readonly apply: boolean;
  readonly plan?: string;
  readonly force?: string;
  readonly json?: boolean;
}

interface StackSources {
  readonly settings: Settings;
  readonly owned: Owned;
  readonly runners: StackState["runners"];
  readonly plan: Plan | undefined;
  readonly github: GitHubClient;
}

async function open(stackName: string | undefined, planFile: string | undefined): Promise<StackSources> {
  const plan = planFile === undefined ? undefined : readPlan(planFile);
  const stack = await currentStack(stackName);
  const [settings, resources] = await Promise.all([settingsOf(stack), readResources(stack)]);
  if (plan !== undefined) addressOf(settings, plan.targets[0] ?? "");
  const { runners } = stackState(resources);
  const machines = resources.filter(({ type }) => /vmLegacy:VmLegacy|ghrunners:ImageTemplate/.test(type));
  const { environment, github, proxmox } = settings;
  const owned: Owned = {
    stack: path.basename(stack.name),
    environment,
    repository: github.repository,
    labelSets: machinesOf(settings).map((machine) => labelsOf(settings, machine)),
    runnerNames: [...machinesOf(settings), ...runners].map(({ name }) => name),
    knownRunners: settings.monitoring?.knownRunners ?? [],
    deliveries: mindsDeliveries(settings),
    vmIds: [
      ...machinesOf(settings).map(({ vmId }) => vmId),
      ...[proxmox.templateId, ...Object.values(proxmox.templates ?? {})],
      ...machines.map(({ inputs = {}, outputs = {} }) => Number(outputs.vmId ?? inputs.vmId)),
    ],
  };
  const client = new GitHubClient(repositoryOf(github), settings.githubToken);
  return { settings, owned, runners, plan, github: client };
}

/** Reads everything in parallel; what cannot be read is a problem, and nothing of it counts as left behind. */
async function findLeftBehind(
  { settings, owned, runners, plan, github }: StackSources,
  words: string | undefined,
): Promise<{ leftovers: LeftBehind[]; problems: string[] }> {
  const problems: string[] = [];
  const orNothing = <T>(what: string, work: Promise<T>): Promise<T | undefined> =>
    work.catch((error: Error) => {
      problems.push(`${what} could not be read: ${error.message}`);
      return undefined;
    });
  const { proxmox, proxmoxToken, sshPrivateKey } = settings;
  const client = new ProxmoxClient({ endpoint: proxmox.endpoint, token: proxmoxToken });
  const versionsOn = async ({ name, host }: StackState["runners"][number]): Promise<LeftBehind[]> => {
    const { current, versions } = await readVersions(host, sshPrivateKey);
    return oldVersions(name, current, versions);
  };
  const releasesOf = async (deployed: Plan, target: string): Promise<LeftBehind[]> => {
    const all = await readReleases(addressOf(settings, target), sshPrivateKey, deployed);
    return oldReleases(target, deployed.limits.keepReleases, all);
  };
  const [target = ""] = plan?.targets ?? [];
  const [atGitHub = [], machines, versions, releases = []] = await Promise.all([
    orNothing("GitHub", ownRunners(github)),
    orNothing("Proxmox VE", readMachines(client, owned.vmIds)),
    Promise.all(runners.map((runner) => orNothing(runner.name, versionsOn(runner)))),
    plan === undefined ? [] : orNothing(target, releasesOf(plan, target)),
  ]);
  const leftovers = [
    ...ghosts(owned, atGitHub, machines, words),
    ...strayMachines(owned, machines ?? [], words),
    ...versions.flatMap((each) => each ?? []),
    ...releases,
  ];
  return { leftovers, problems };
}

/**
 * Removes one thing.
 * @param releases removes the target's old releases, all at its first call, and gives the versions that are gone
 * @throws Error with the reason if it is still there
 */
async function remove(
  { settings, runners, github }: StackSources,
  { kind, id, name, place }: LeftBehind,
  releases: (target: string) => Promise<readonly string[]>,
): Promise<void> {
  const { proxmox, proxmoxToken, sshPrivateKey } = settings;
  switch (kind) {
    case "runner":
      if (!(await github.deleteRunner(Number(id)))) throw new Error(`${name} took a job meanwhile. Expected it idle.`);
      return;
    case "machine": {
      const node = place.replace(/^node /, "");
      return new ProxmoxClient({ endpoint: proxmox.endpoint, token: proxmoxToken }).removeVm(
        node,
        Number(id),
        VM_LIMIT_MS,
      );
    }
    case "runner-version": {
      const runner = runners.find((each) => each.name === place);
      if (runner !== undefined) await removeVersions(runner.host, sshPrivateKey, [id]);
      return;
    }
    case "release":
      if (!(await releases(place)).includes(id))
        throw new Error("its agent did not remove it, because it is in use or within the limit by now");
  }
}

export async function prune(options: Options): Promise<number> {
  if (options.force !== undefined && options.force !== PRUNE_WORDS)
    throw new WrongUse(`--force is "${options.force}". Expected the sentence "${PRUNE_WORDS}".`);
  const sources = await open(options.stack, options.plan);
  const { leftovers, problems } = await findLeftBehind(sources, options.force);
  const removed: string[] = [];
  const { settings, plan } = sources;
  let gone: Promise<readonly string[]> | undefined;
  const releases = (target: string): Promise<readonly string[]> =>
    (gone ??=
      plan === undefined
        ? Promise.resolve([])
        : removeReleases(addressOf(settings, target), settings.sshPrivateKey, plan));
  if (options.apply)
    for (const leftover of leftovers) {
      const what = calledBy(leftover);
      if (leftover.refusal !== null) problems.push(`${what} was not removed: ${leftover.refusal}`);
      else
        await remove(sources, leftover, releases).then(
          () => removed.push(what),
          (error: Error) => problems.push(`${what} was not removed: ${error.message}`),
        );
    }
  const report: PruneReport = {
    version: 1,
    stack: sources.owned.stack,
    applied: options.apply,
    leftovers,
    removed,
    problems,
  };
  if (options.json) printJson<"prune">(report);
  else print(renderPrune(report, new Date()));
  return problems.length === 0 ? 0 : 1;
}
