/** Reads one run from every side: GitHub first, then the runners and targets that matter, side by side. */
import { failoverLacks } from "@ghrunners/config/failover";
import { labelsOf, machinesOf } from "@ghrunners/config/machines";
import type { Settings } from "@ghrunners/config/parse";
import { repositoryOf } from "@ghrunners/core/github/repository";
import { GitHubClient } from "@ghrunners/core/github/client";
import { carries } from "@ghrunners/core/github/runner";
import { CHOICE_VARIABLE } from "@ghrunners/core/vocabulary/failover";
import { MAINTENANCE_VARIABLE, maintenanceOf, maintenances } from "@ghrunners/failover/choice/maintenance";
import { PAUSE_VARIABLE, pauseProblem } from "@ghrunners/failover/choice/pause";
import type { StackState } from "../drift/state";
import { choiceStatus } from "../status/choice";
import type { WhyFacts, RunnerFacts, WhyJob } from "./facts";
import { readGitHub, readRun, Reads } from "./read-github";
import { notAsked, readRunner } from "./read-runner";
import { readTarget } from "./read-target";
import { deploymentIn } from "./run-meant";

const LIMIT_MS = 10_000;
/** Hosts that are asked, at most: a label may be carried by hundreds of runners. */
const HOSTS = 8;

export interface ObserveInput {
  readonly stack: string;
  readonly settings: Settings;
  /** What the stack made: the runners' units and the keys of their hosts. Undefined if its state could not be read. */
  readonly made: StackState["runners"] | undefined;
  /** Undefined: the newest run that deploys. */
  readonly run: number | undefined;
}

/** Jobs of the run that have, or want, one of the stack's runners: first those that explain its state. */
const usedBy = (jobs: readonly WhyJob[]): WhyJob[] => {
  const isOpen = ({ status }: WhyJob): boolean => status !== "completed";
  return jobs.some(isOpen) ? jobs.filter(isOpen) : jobs.filter(({ conclusion }) => conclusion !== "skipped");
};

/** The stack's runners that jobs have, or want: also the delivery runner. Pure. */
export function runnersMeant(
  settings: Pick<Settings, "environment" | "agent" | "runners" | "deliveryRunner">,
  jobs: readonly WhyJob[],
): Pick<RunnerFacts, "name" | "role" | "labels">[] {
  const used = usedBy(jobs);
  return machinesOf(settings)
    .map(({ name, role }) => ({ name, role, labels: labelsOf(settings, { role }) }))
    .filter(({ name, labels }) =>
      used.some((job) => job.runner === name || (job.runner === null && carries(labels, job.labels))),
    );
}

async function readRunners(
  { settings, made }: ObserveInput,
  jobs: readonly WhyJob[],
  maintenance: string | undefined,
  at: Date,
): Promise<RunnerFacts[]> {
  if (settings.hosts === "skip") return [];
  const away = maintenances.parse(maintenance, at);
  const wanted = runnersMeant(settings, jobs);
  return Promise.all(
    wanted.map(async (runner, index) => {
      const entry = away.known ? maintenanceOf(away.entries, runner.name) : undefined;
      const found = made?.find(({ name }) => name === runner.name);
      const host =
        found === undefined || index >= HOSTS
          ? notAsked
          : await readRunner(found.host, found.unit, settings.sshPrivateKey);
      return {
        ...runner,
        maintenance: entry === undefined ? null : { until: entry.until, reason: entry.reason, by: entry.by },
        ...host,
      };
    }),
  );
}

/** @throws Error if GitHub does not show the run */
export async function observeRun(input: ObserveInput): Promise<WhyFacts> {
  const { stack, settings } = input;
  const { github, targets, sshPrivateKey } = settings;
  const where = repositoryOf(github);
  const client = new GitHubClient(where, settings.githubToken, { limitMs: LIMIT_MS });
  const reads = new Reads();
  if (input.made === undefined) reads.unread.add("The stack's state could not be read, so no runner's host was asked.");
  const at = new Date();
  const home = { stack, at: at.toISOString(), repository: github.repository };
  const [run, choice, maintenance, paused] = await Promise.all([
    readRun(client, input.run, settings.deployment?.workflow ?? ""),
    reads.or<string | null | undefined>(
      client.variable(CHOICE_VARIABLE).then((text) => text ?? null),
      undefined,
    ),
    reads.or(client.variable(MAINTENANCE_VARIABLE), undefined),
    reads.or<string | null>(
      client.variable(PAUSE_VARIABLE).then((text) => pauseProblem(text, settings.environment, at) ?? null),
      null,
    ),
  ]);
  const base = { ...home, paused };
  const switchSeen = (online: readonly string[]): WhyFacts["switch"] =>
    choice === undefined ? null : choiceStatus(choice, failoverLacks(settings), at, online);
  if (run === null) {
    const nothing = { jobs: [], gate: null, words: [], deployments: [], approvals: [], groups: [], runners: null };
    return {
      ...base,
      run,
      github: nothing,
      runners: [],
      switch: switchSeen([]),
      targets: [],
      unread: [...reads.unread],
    };
  }
  const wanted = { id: deploymentIn(run), run: run.url };
  const [seen, atTargets] = await Promise.all([
    readGitHub(client, run, reads),
    Promise.all(run.deploys ? targets.map((target) => readTarget(target, sshPrivateKey, wanted)) : []),
  ]);
  const runners = await readRunners(input, seen.jobs, maintenance, at);
  const online = (seen.runners ?? []).filter((runner) => runner.online).map(({ name }) => name);
  const found = { github: seen, runners, switch: switchSeen(online), targets: atTargets };
  return { ...base, run, ...found, unread: [...reads.unread] };
}
