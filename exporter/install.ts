/**
 * What it takes to install an exporter on a host: a script for root's shell and its parameters. Used by every component
 * that installs one; how the text gets to the host is theirs.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type * as z from "zod";
import { bundleExporter, type ExporterBundle } from "./bundle";
import type { fleetConfig, hostConfig } from "./config";

/** `runner`: the host view on a runner. `fleet`: GitHub's view, on the monitoring host. */
export type ExporterKind = "runner" | "fleet";
export type ExporterConfig = z.input<typeof hostConfig> | z.input<typeof fleetConfig>;

/** Unix user of both exporters; it owns nothing but their state. */
const SERVICE_USER = "ghrunners-exporter";
const BUNDLE_FILE = "/opt/ghrunners/exporter/ghrunners-exporter.cjs";

export const exporterUnit = (kind: ExporterKind): string => `ghrunners-${kind}-exporter.service`;

function text(...file: string[]): string {
  return readFileSync(path.join(__dirname, ...file), "utf8");
}

/** The script; its verbs are install, show and remove. */
export const installScript = (): string => text("scripts", "exporter.sh");

/** What the script has to know to show or remove an exporter. @param sha256 of the bundle */
export function exporterParameters(kind: ExporterKind, config: ExporterConfig, sha256: string): Record<string, string> {
  return {
    UNIT: exporterUnit(kind),
    UNIT_TEXT: text("units", exporterUnit(kind)),
    CONFIG_FILE: `/etc/ghrunners/${kind}-exporter.json`,
    CONFIG: JSON.stringify(config, undefined, 2),
    BUNDLE_FILE,
    BUNDLE_SHA256: sha256,
    LISTEN: `${config.listen.host}:${config.listen.port}`,
    SERVICE_USER,
    TOKEN_FILE: kind === "fleet" ? "/etc/ghrunners/fleet-exporter.token" : "",
  };
}

/**
 * What the script has to know to install an exporter: some 200 KB, for standard input.
 * @param machine MAC address of the machine: another one is installed again
 * @param token GitHub token of the fleet view; a secret, so the parameters are one
 */
export async function installParameters(
  kind: ExporterKind,
  config: ExporterConfig,
  machine: string,
  token = "",
): Promise<Record<string, string>> {
  const bundle: ExporterBundle = await bundleExporter();
  return {
    ...exporterParameters(kind, config, bundle.sha256),
    BUNDLE: gzipSync(readFileSync(bundle.file), { level: 9 }).toString("base64"),
    MACHINE: machine,
    TOKEN: token,
  };
}
