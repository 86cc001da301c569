import { createHash } from "node:crypto";
import { components } from "@ghrunners/monitoring/alerts/index";
import { protectionOf } from "@ghrunners/core/github/protection";
import { DEPLOY_WORKFLOW } from "@ghrunners/core/vocabulary/delivery";
import { ports } from "@ghrunners/core/vocabulary/ports";
import { runnerLabels } from "@ghrunners/core/vocabulary/runner";
import { scrapeJobs } from "@ghrunners/monitoring/scrape";
import type { MonitoringFiles, MonitoringHostArgs, RuleFile } from "@ghrunners/components";
import { hasFailover } from "../failover";
import { labelsOf, machinesOf } from "../machines";
import type { Settings } from "../parse";
import type { MonitoringSettings, RenderedFile, RenderedRules } from "@ghrunners/monitoring";
import { ON_CALL_RECEIVER } from "@ghrunners/monitoring/settings";

/** Settings on which the rendered monitoring files depend. */
export function monitoringSettings(settings: Settings): MonitoringSettings {
  const { environment, targets, github, monitoring } = settings;
  return {
    environment,
    runners: machinesOf(settings),
    targets: targets.filter(({ watched }) => watched),
    failover: hasFailover(settings),
    // GitHub shows the default branch as HEAD, whatever its name.
    runbookBaseUrl: monitoring?.runbookBaseUrl ?? `${github.url}/${github.repository}/blob/HEAD/docs/runbooks`,
    dashboardBaseUrl: monitoring?.dashboardBaseUrl ?? `http://${monitoring?.host ?? "localhost"}:3000`,
  };
}

/** The component itself adds the owner to file names. */
const plainName = ({ name }: RenderedFile, environment: string): string =>
  name.replace(`ghrunners-${environment}-`, "").replace(/\.(yml|json)$/, "");

const ruleFile = (file: RenderedRules, environment: string): RuleFile => ({
  name: plainName(file, environment),
  text: file.content,
  groups: file.groups,
});

/**
 * All files for the monitoring host. The renderers are loaded here, because they take a third of the program's start
 * time.
 */
export function monitoringFiles(settings: Settings): MonitoringFiles {
  const { renderAlertmanagerConfig, renderAlertRoute, renderDashboards, renderRules, targetGroups } =
    require("@ghrunners/monitoring") as typeof import("@ghrunners/monitoring");
  const { environment, monitoring } = settings;
  const texts = monitoringSettings(settings);
  const { manage = false, onCallUrl = "", watchdogUrl } = monitoring?.alertmanager ?? {};
  const targets = targetGroups(texts).filter(
    ({ labels }) => monitoring?.fleetExporter === true || labels.job !== scrapeJobs.fleet,
  );
  return {
    rules: renderRules(texts).map((file) => ruleFile(file, environment)),
    targets: [{ name: "targets", text: `${JSON.stringify(targets, null, 2)}\n` }],
    dashboards:
      monitoring?.dashboards === true
        ? renderDashboards(texts).map((file) => ({ name: plainName(file, environment), text: file.content }))
        : [],
    alertmanager: (manage ? renderAlertmanagerConfig({ onCallUrl, watchdogUrl }) : renderAlertRoute()).content,
  };
}

/** Arguments of the monitoring host; undefined if the stack has none, or if hosts are not managed. */
export function monitoringArgs(settings: Settings): Omit<MonitoringHostArgs, "sshPrivateKey" | "files"> | undefined {
  const { environment, monitoring } = settings;
  if (monitoring === undefined || settings.hosts !== "manage") return undefined;
  const { alertmanager, fleetExporter } = monitoring;
  return {
    host: { host: monitoring.host, user: monitoring.user, hostKey: monitoring.hostKey },
    environment,
    prometheusUrl: monitoring.prometheusUrl,
    paths: monitoring.paths,
    alertmanager: {
      file: alertmanager.file,
      url: alertmanager.url,
      receiver: ON_CALL_RECEIVER,
      routed: components.map((component) => `environment=${environment} severity=critical component=${component}`),
      managed: alertmanager.manage,
    },
    fleetExporter: fleetExporter ? fleetExporterArgs(settings) : undefined,
    failoverSwitch: hasFailover(settings) ? failoverSwitchArgs(settings, monitoring.failover) : undefined,
  };
}

const fingerprint = (token = ""): string => createHash("sha256").update(token).digest("hex").slice(0, 16);

/** What GitHub is expected to show: everything else that the fleet exporter sees is drift. */
function fleetExporterArgs(settings: Settings): MonitoringHostArgs["fleetExporter"] {
  const { environment, github, deployment, secrets, smoke, exporterToken } = settings;
  return {
    config: {
      view: "fleet",
      listen: { host: "127.0.0.1", port: ports.fleetExporter },
      githubUrl: github.url,
      repository: github.repository,
      ...(github.runnerGroup === undefined ? {} : { runnerGroup: github.runnerGroup }),
      runners: machinesOf(settings).map((machine) => ({
        name: machine.name,
        role: machine.role,
        labels: labelsOf(settings, machine),
      })),
      label: environment,
      knownRunners: settings.monitoring?.knownRunners ?? [],
      deploymentWorkflow: DEPLOY_WORKFLOW,
      smokeWorkflow: smoke.workflow,
      secrets: secrets.map(({ name, scope, rotateDays }) => ({ name, scope, rotateDays })),
      ...(deployment === undefined
        ? {}
        : { environment: deployment.name ?? environment, protection: protectionOf(deployment) }),
    },
    tokenFingerprint: fingerprint(exporterToken),
  };
}

function failoverSwitchArgs(
  { environment, runners, agent, github, failoverToken }: Settings,
  limits: NonNullable<Settings["monitoring"]>["failover"],
): MonitoringHostArgs["failoverSwitch"] {
  return {
    config: {
      view: "switch",
      listen: { host: "127.0.0.1", port: ports.failoverSwitch },
      githubUrl: github.url,
      repository: github.repository,
      environment,
      runners: runners.map(({ name, role, address }) => ({
        name,
        role,
        labels: runnerLabels(environment, role, agent.extraLabels),
        exporterUrl: `http://${address}:${ports.runnerExporter}/metrics`,
        nodeUrl: `http://${address}:${ports.nodeExporter}/metrics`,
      })),
      ...limits,
    },
    tokenFingerprint: fingerprint(failoverToken),
  };
}
