/** What a machine lacks to be a monitoring host. Pure. */
import { posix as path } from "node:path";
import { parseDocument } from "yaml";
import { renderAlertRoute } from "@ghrunners/monitoring";
import { ON_CALL_RECEIVER } from "@ghrunners/monitoring/settings";
import { grafanaLacks } from "./grafana-provisioning";
import { lackingServices } from "./lacking-services";
import type { MonitoringPlaces } from "./look-monitoring";
import type { MissingPart } from "./missing-part";
import { alertmanagerConfig, fragments, prometheusConfig, ruleGlob, targetGlob } from "./monitoring-config";
import type { SeenMonitoring, SeenProgram } from "./monitoring-seen";

export interface MonitoringPlan {
  /**
   * ready: nothing is missing that the program needs; dashboards may not be read by Grafana. empty: no one has set up
   * Prometheus here, so the command may. owned: what is there belongs to someone, and is only read.
   */
  readonly state: "ready" | "empty" | "owned";
  readonly missing: readonly MissingPart[];
  /** Why the machine counts as owned; empty otherwise. */
  readonly because: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Json)[name] : undefined;

/** Undefined where the text is no YAML. */
function parsed(text: string | undefined): unknown {
  const document = parseDocument(text ?? "");
  return document.errors.length > 0 ? undefined : (document.toJS() as unknown);
}

/**
 * Whether one of a configuration's patterns finds the files of a stack. Prometheus reads a relative one from the folder
 * of its configuration. Source: prometheus/common, config.JoinDir.
 * @param ours pattern of the files that the program writes
 */
const finds = (patterns: readonly unknown[], ours: string, configFile: string): boolean =>
  patterns.some(
    (pattern) =>
      typeof pattern === "string" &&
      path.matchesGlob(ours.replace("*", "ghrunners.production"), path.resolve(path.dirname(configFile), pattern)),
  );

function configParts(seen: SeenMonitoring, places: MonitoringPlaces): MissingPart[] {
  const { config } = seen.prometheus;
  const file = places.paths.prometheusConfig;
  if (config === undefined)
    return [{ what: `${file} is not there`, add: "set monitoring.paths.prometheusConfig to Prometheus's file" }];
  const whole = parsed(config);
  const lines = fragments(places);
  const found = list(field(whole, "scrape_configs")).flatMap((job) =>
    list(field(job, "file_sd_configs")).flatMap((each) => list(field(each, "files"))),
  );
  const part = (isThere: boolean, name: string, add: string): MissingPart[] =>
    isThere ? [] : [{ what: `${file} has no ${name}`, add }];
  return [
    ...part(
      finds(list(field(whole, "rule_files")), ruleGlob(places), file),
      `rule_files with ${ruleGlob(places)}`,
      lines.rules,
    ),
    ...part(
      finds(found, targetGlob(places), file),
      `scrape job with file_sd_configs of ${targetGlob(places)}`,
      lines.targets,
    ),
    ...part(
      list(field(field(whole, "alerting"), "alertmanagers")).length > 0,
      "alerting with alertmanagers",
      lines.alerting,
    ),
  ];
}

function routeParts(seen: SeenMonitoring, { alertmanager }: MonitoringPlaces): MissingPart[] {
  if (alertmanager.manage) return [];
  const receivers = list(field(parsed(seen.alertmanager.config), "receivers")).map((each) => field(each, "name"));
  if (receivers.includes(ON_CALL_RECEIVER)) return [];
  return [
    {
      what: `${alertmanager.file} has no receiver ${ON_CALL_RECEIVER}, so alerts reach no one`,
      add:
        `monitoring.alertmanager.onCallUrl and monitoring.alertmanager.manage true, and pulumi up writes it; ` +
        `or these lines, and where the two receivers send to:\n${renderAlertRoute().content}`,
    },
  ];
}

/** How a tool comes to the host, by how its program runs there. */
function toolPart(tool: string, name: string, aptPackage: string, { runsAs }: SeenProgram): MissingPart {
  const add =
    runsAs === "container"
      ? `${name} runs in a container, whose files and tools are elsewhere. Expected one on the host itself: apt-get install ${aptPackage}`
      : runsAs === undefined
        ? `apt-get install ${aptPackage}`
        : `${tool} is in the archive that ${name} came in: ln -s /PATH/OF/${tool} /usr/local/bin/${tool}`;
  return { what: `${tool} is not on PATH`, add };
}

function programParts(seen: SeenMonitoring, places: MonitoringPlaces): MissingPart[] {
  const { tools, nodeExporter } = seen;
  const how = (line: string): string =>
    line.startsWith("Prometheus")
      ? "systemctl status prometheus; monitoring.prometheusUrl if it is another address"
      : "systemctl status prometheus-alertmanager; monitoring.alertmanager.url if it is another address";
  return [
    ...lackingServices(seen, places).map((line) => ({ what: line.replace(/\. Next: .*$/, ""), add: how(line) })),
    ...(tools.includes("promtool") ? [] : [toolPart("promtool", "Prometheus", "prometheus", seen.prometheus)]),
    ...(tools.includes("amtool")
      ? []
      : [toolPart("amtool", "Alertmanager", "prometheus-alertmanager", seen.alertmanager)]),
    ...(tools.includes("curl") ? [] : [{ what: "curl is not on PATH", add: "apt-get install curl" }]),
    ...(nodeExporter === 200
      ? []
      : [{ what: "no node exporter answers on port 9100", add: "apt-get install prometheus-node-exporter" }]),
  ];
}

/** Signs that someone has set up something here. */
function ownership(seen: SeenMonitoring, places: MonitoringPlaces): string[] {
  const { os, hasSystemd, packages, stock } = seen;
  const program = (name: string, aptPackage: string, key: "prometheus" | "alertmanager", ours: string): string[] => {
    const { runsAs, config } = seen[key];
    const isOurs = config === undefined || stock.includes(key) || config.trimEnd() === ours.trimEnd();
    return [
      ...(runsAs === undefined || packages.includes(aptPackage)
        ? []
        : [`${name} runs as ${runsAs}, not from Debian's package`]),
      ...(isOurs ? [] : [`${name}'s configuration is not as Debian's package brought it`]),
    ];
  };
  const isSuitable = /^(debian|ubuntu) /.test(os) && hasSystemd;
  const system = `the machine is ${os}${hasSystemd ? "" : " without systemd"}, expected Debian or Ubuntu with systemd`;
  return [
    ...(isSuitable ? [] : [system]),
    ...program("Prometheus", "prometheus", "prometheus", prometheusConfig(places)),
    ...program("Alertmanager", "prometheus-alertmanager", "alertmanager", alertmanagerConfig(places)),
  ];
}

export function planMonitoring(seen: SeenMonitoring, places: MonitoringPlaces): MonitoringPlan {
  const missing = [...programParts(seen, places), ...configParts(seen, places), ...routeParts(seen, places)];
  const ofGrafana = places.dashboards ? grafanaLacks(seen, places.paths.dashboards) : [];
  if (missing.length === 0) return { state: "ready", missing: ofGrafana, because: [] };
  const because = ownership(seen, places);
  if (because.length > 0) return { state: "owned", missing: [...missing, ...ofGrafana], because };
  return { state: "empty", missing: [], because };
}
