/** The script that makes an empty machine a monitoring host. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { HostScript } from "@ghrunners/core/ssh/script";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { type MonitoringPlaces, PACKAGES } from "./look-monitoring";
import { ALERTMANAGER_DEFAULTS, alertmanagerConfig, prometheusConfig } from "./monitoring-config";

export const installScript = (): HostScript => ({
  name: "install-monitoring.sh",
  text: readFileSync(path.join(__dirname, "scripts", "install-monitoring.sh"), "utf8"),
});

/** Its parameters. */
export const installParameters = (places: MonitoringPlaces): Record<string, string> => ({
  PACKAGES: PACKAGES.join(" "),
  PROMETHEUS_CONFIG: places.paths.prometheusConfig,
  PROMETHEUS_TEXT: prometheusConfig(places),
  ALERTMANAGER_FILE: places.alertmanager.file,
  ALERTMANAGER_TEXT: alertmanagerConfig(places),
  ALERTMANAGER_DEFAULTS,
  PROMETHEUS_URL: places.prometheusUrl,
  ALERTMANAGER_URL: places.alertmanager.url,
  RULES_DIR: places.paths.rules,
  TARGETS_DIR: places.paths.targets,
});

/** All of it as one text, which `bash -s -- install` reads as root. */
export const printedScript = (places: MonitoringPlaces): string =>
  [
    "#!/usr/bin/env bash",
    "# Run this as root on the empty machine that is to be the monitoring host: bash -s -- install < THIS_FILE",
    "# It can be run again, and leaves files alone that someone has changed.",
    renderScript(installScript().text, installParameters(places)),
  ].join("\n");
