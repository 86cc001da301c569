/** Reads runners, monitoring host and targets over SSH, and Prometheus. Runs only scripts that change nothing. */
import { hasFailover } from "@ghrunners/config/failover";
import type { Settings } from "@ghrunners/config/parse";
import { readHost } from "../drift/collect-host";
import { readMonitoring } from "../drift/collect-monitoring";
import { expectationOf, type HostExpectation } from "../drift/expectation";
import type { StackState } from "../drift/state";
import { readDecisions } from "../gate/read-decisions";
import { judgeSwitch, parseSwitch } from "../gate/view";
import { incidentsOfTargets, type TargetIncidents } from "../incidents/targets";
import { monitoringUrls } from "../monitoring/address";
import { collectMonitoring } from "../monitoring/collect";
import { grafanaLacks } from "../setup/grafana-provisioning";
import { lookAtMonitoring } from "../setup/look-monitoring";
import type { DoctorFacts, MonitoringFacts } from "./facts";
import { repositoryOf } from "@ghrunners/core/github/repository";
import { monitoringCertificates } from "./observe-certificates";
import { within } from "./read";

/** The connection gets this share of the time limit. */
const CONNECT_SHARE = 0.7;

/** The switch is judged without the pause, which is a check of its own. */
const NOT_PAUSED = { pause: null, problems: [], next: "" };

type Host = Pick<HostExpectation, "name" | "host" | "user" | "hostKey" | "unit">;

/** The runners that the stack made, and every target, also one without a key of the stack. */
function hostsOf(stack: string, settings: Settings, made: StackState): Host[] {
  const known: readonly Host[] = expectationOf(stack, settings, made).hosts;
  const others = settings.targets
    .filter(({ name }) => !known.some((host) => host.name === name))
    .map(({ name, address, user, hostKey }): Host => ({ name, host: address, user, hostKey }));
  return [...known, ...others];
}

export async function observeHosts(
  stack: string,
  settings: Settings,
  made: StackState,
  limitMs: number,
): Promise<NonNullable<DoctorFacts["hosts"]>> {
  const limits = { connectMs: limitMs * CONNECT_SHARE, runMs: limitMs };
  const found = await Promise.all(
    hostsOf(stack, settings, made).map(
      async (host) =>
        [host.name, await within(limitMs, host.host, () => readHost(host, settings.sshPrivateKey, limits))] as const,
    ),
  );
  return Object.fromEntries(found);
}

/** @returns undefined if the stack has no monitoring host */
export async function observeMonitoring(
  stack: string,
  settings: Settings,
  made: StackState,
  limitMs: number,
): Promise<MonitoringFacts | undefined> {
  const { monitoring, sshPrivateKey } = settings;
  const urls = monitoringUrls(settings);
  if (monitoring === undefined || urls === undefined) return undefined;
  const { host, user, hostKey } = monitoring;
  const address = { host, user, hostKey };
  const connectMs = limitMs * CONNECT_SHARE;
  const planned = made.monitoring;
  const [seen, view, gate, files, certificates, grafana] = await Promise.all([
    within(limitMs, host, () =>
      readHost({ name: "monitoring", ...address }, sshPrivateKey, { connectMs, runMs: limitMs }),
    ),
    within(limitMs, "Prometheus", () => collectMonitoring(urls, settings.environment, limitMs)),
    hasFailover(settings)
      ? within(limitMs, host, async () =>
          judgeSwitch(stack, parseSwitch(await readDecisions(address, sshPrivateKey, 1, connectMs)), NOT_PAUSED),
        )
      : undefined,
    planned === undefined ? undefined : within(limitMs, host, () => readMonitoring(planned, sshPrivateKey, connectMs)),
    monitoringCertificates(settings, limitMs),
    monitoring.dashboards
      ? within(limitMs, host, async () => {
          const machine = await lookAtMonitoring(address, sshPrivateKey, monitoring, connectMs);
          return { answers: machine.grafana === 200, lacks: grafanaLacks(machine, monitoring.paths.dashboards) };
        })
      : undefined,
  ]);
  return { host: seen, view, gate, files, certificates, ...(grafana === undefined ? {} : { grafana }) };
}

export function observeTargets(settings: Settings, limitMs: number): Promise<TargetIncidents[]> {
  return incidentsOfTargets({
    targets: settings.targets,
    keys: settings,
    privateKey: settings.sshPrivateKey,
    send: false,
    repository: repositoryOf(settings.github),
    token: settings.githubToken,
    runbooks: "",
    connectLimitMs: limitMs * CONNECT_SHARE,
  });
}
