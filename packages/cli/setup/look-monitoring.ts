/** Looks at a machine for monitoring over SSH. Read-only. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { MonitoringHostSettings } from "@ghrunners/config/monitoring";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { runScript } from "@ghrunners/core/ssh/script";
import { HostUnreachableError, withSession } from "@ghrunners/core/ssh/session";
import { exporterConfigFile } from "@ghrunners/exporter/install";
import { parseSeenMonitoring, PROVISIONING, type SeenMonitoring } from "./monitoring-seen";

const LIMIT_MS = 60_000;

/** Debian's packages of an empty machine. */
export const PACKAGES = ["prometheus", "prometheus-alertmanager", "prometheus-node-exporter", "curl"] as const;

/** Where things are on the host, or will be. */
export type MonitoringPlaces = Pick<MonitoringHostSettings, "prometheusUrl" | "paths" | "alertmanager" | "dashboards">;

/** Parameters of scripts/look-monitoring.sh. */
export const lookParameters = ({ prometheusUrl, paths, alertmanager }: MonitoringPlaces): Record<string, string> => ({
  PROMETHEUS_URL: prometheusUrl,
  ALERTMANAGER_URL: alertmanager.url,
  GRAFANA_URL: "http://127.0.0.1:3000",
  PROMETHEUS_CONFIG: paths.prometheusConfig,
  ALERTMANAGER_FILE: alertmanager.file,
  RULES_DIR: paths.rules,
  TARGETS_DIR: paths.targets,
  DASHBOARDS_DIR: paths.dashboards,
  GRAFANA_PROVISIONING: PROVISIONING,
  FLEET_CONFIG: exporterConfigFile("fleet"),
  PACKAGES: PACKAGES.join(" "),
});

/** The error as it is to be told: the usual words for a host that does not answer are about a VM of the stack. Pure. */
export const explainLook = (error: unknown, { host }: Pick<HostAddress, "host">): unknown =>
  error instanceof HostUnreachableError
    ? new HostUnreachableError(
        `${host} does not answer on port 22. Expected the monitoring host. Next: check monitoring.host, and the network in between`,
      )
    : error;

/** @param limitMs for the script @throws Error in words: no answer, no login, no password-less sudo */
export function lookAtMonitoring(
  host: HostAddress,
  privateKey: string,
  places: MonitoringPlaces,
  limitMs = LIMIT_MS,
): Promise<SeenMonitoring> {
  const text = readFileSync(path.join(__dirname, "scripts", "look-monitoring.sh"), "utf8");
  return withSession(host, privateKey, async (session) => {
    const sudo = await session.run("sudo -n true", "", LIMIT_MS);
    if (sudo.code !== 0)
      throw new Error(
        `${host.user} on ${host.host} may not use sudo without a password (${sudo.stderr.trim().split("\n")[0]}). Expected a user ` +
          `who may. Next: on that host, as root: echo '${host.user} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/${host.user}`,
      );
    return parseSeenMonitoring(
      await runScript(session, { name: "look-monitoring.sh", text }, "look", lookParameters(places), limitMs),
    );
  }).catch((error: unknown) => {
    throw explainLook(error, host);
  });
}
