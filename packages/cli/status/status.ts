import { protectionOf } from "@ghrunners/core/github/protection";
import { poll } from "@ghrunners/core/until";
import { failoverLacks } from "@ghrunners/config/failover";
import { labelsOf, machinesOf } from "@ghrunners/config/machines";
import type { Settings } from "@ghrunners/config/parse";
import type { Cause } from "@ghrunners/failover/choice/cause";
import { monitoringUrls } from "../monitoring/address";
import type { Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { collect } from "./collect";
import { firingAlerts, unseenTargets } from "./monitoring";
import { judge, type StatusExpectation, type StatusReport } from "./report";

function deploymentOf({ deployment, environment }: Settings): StatusExpectation["deployment"] {
  if (deployment === undefined) return null;
  return { name: deployment.name ?? environment, ...protectionOf(deployment) };
}

function expectation(stack: string, settings: Settings): StatusExpectation {
  return {
    stack,
    environment: settings.environment,
    githubUrl: settings.github.url,
    repository: settings.github.repository,
    hosts: settings.hosts,
    monitored: monitoringUrls(settings) !== undefined,
    switchLacks: failoverLacks(settings),
    runners: machinesOf(settings).map(({ name, role, vmId, address }) => ({
      name,
      role,
      vmId,
      address,
      labels: labelsOf(settings, { role }),
    })),
    knownRunners: settings.monitoring?.knownRunners ?? [],
    deployment: deploymentOf(settings),
  };
}

/** Reads the stack's machines and runners from all services, and judges the answers. */
export async function statusOf(stack: Stack): Promise<StatusReport> {
  return statusBy(stack.name, await settingsOf(stack));
}

/** Like {@link statusOf}, with settings that were read before: a command that asks repeatedly reads them once. */
export async function statusBy(stack: string, settings: Settings): Promise<StatusReport> {
  const urls = monitoringUrls(settings);
  const seen = await collect({
    proxmox: { endpoint: settings.proxmox.endpoint, token: settings.proxmoxToken },
    github: { ...settings.github, token: settings.githubToken },
    environment: deploymentOf(settings)?.name ?? null,
    runnerNames: settings.hosts === "skip" ? [] : machinesOf(settings).map((runner) => runner.name),
    monitoring: urls === undefined ? null : { urls, environment: settings.environment },
  });
  return judge(expectation(stack, settings), seen, new Date());
}

/** Prometheus finds a new target within some seconds, and scrapes it within its interval, 15 s by default. */
const SETTLE = { limitMs: 45_000, pauseMs: 1_000 };

/** Prometheus has scraped every exporter and evaluated every rule once: then the Watchdog fires. */
export const isSeen = ({ monitoring }: StatusReport): boolean =>
  monitoring === null ||
  (unseenTargets(monitoring).length === 0 && (monitoring.watchdog || monitoring.rules.rules === 0));

/** Alerts that fired because of the change have ended. */
const isQuiet = ({ monitoring }: StatusReport): boolean => monitoring === null || firingAlerts(monitoring).length === 0;

/** What the switch sees of a runner that has just come online, until it has looked again. */
const passing: readonly (Cause | null)[] = [
  ...(["not_registered", "offline", "github_unknown", "host_unreachable"] as const),
  ...(["service", "listener", "queue"] as const),
];

/**
 * A choice that includes every runner that is online is published at GitHub, or the stack has no failover switch. The
 * switch's first choice may be older than the primary's registration or than the first scrape of its host: the primary
 * is the last runner that an update brings up.
 */
export function hasChoice({ choice, runners }: Pick<StatusReport, "choice" | "runners">): boolean {
  if (choice === null || choice.state === "off") return true;
  const online = runners.filter(({ status }) => status === "online").map(({ name }) => name);
  const knowsAll = choice.runners.every(({ name, cause }) => !online.includes(name) || !passing.includes(cause));
  return choice.state === "fresh" && knowsAll;
}

/**
 * The status after a change: Prometheus and the failover switch get some time to see the runners.
 * @param isSettled ends the wait; at most 45 s
 */
export async function settledStatusOf(
  stack: Stack,
  say: (line: string) => void,
  isSettled: (report: StatusReport) => boolean = (report) => isSeen(report) && hasChoice(report) && isQuiet(report),
): Promise<StatusReport> {
  // Read once: each reading starts Pulumi, which derives the key of the secrets anew.
  const settings = await settingsOf(stack);
  let looks = 0;
  const look = (): Promise<StatusReport> => {
    looks += 1;
    if (looks === 2) say("Waiting until Prometheus and the failover switch have seen the runners");
    return statusBy(stack.name, settings);
  };
  return poll(look, isSettled, SETTLE);
}
