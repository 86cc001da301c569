/**
 * Installation of an exporter on a host: a script for root's shell, and its parameters. Used by every component that
 * installs an exporter; sending the text to the host is the component's task.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type * as z from "zod";
import { bundleExporter, type ExporterBundle, type ExporterKind } from "./bundle";
import { SWITCH_UNIT } from "@ghrunners/core/vocabulary/failover";
import { OPERATOR_SUDO_UNIT } from "@ghrunners/core/vocabulary/runner";
import type { fleetConfig, hostConfig } from "./config";
import type { switchConfig } from "@ghrunners/failover/config";

export type ExporterConfig = z.input<typeof hostConfig> | z.input<typeof fleetConfig> | z.input<typeof switchConfig>;

interface InstallTarget {
  readonly unit: string;
  /** Name of configuration and token below /etc/ghrunners. */
  readonly name: string;
  /** Unix user of the service; it owns only its state. */
  readonly user: string;
  readonly bundle: string;
  readonly hasToken: boolean;
}

/**
 * The switch has its own user and its own copy of the program, so that neither service depends on the other's
 * installation.
 */
const places: Readonly<Record<ExporterKind, InstallTarget>> = {
  runner: {
    unit: "ghrunners-runner-exporter.service",
    name: "runner-exporter",
    user: "ghrunners-exporter",
    bundle: "/opt/ghrunners/exporter/ghrunners-exporter.cjs",
    hasToken: false,
  },
  fleet: {
    unit: "ghrunners-fleet-exporter.service",
    name: "fleet-exporter",
    user: "ghrunners-exporter",
    bundle: "/opt/ghrunners/exporter/ghrunners-exporter.cjs",
    hasToken: true,
  },
  switch: {
    unit: SWITCH_UNIT,
    name: "failover-switch",
    user: "ghrunners-switch",
    bundle: "/opt/ghrunners/switch/ghrunners-exporter.cjs",
    hasToken: true,
  },
};

/** Its configuration on the host. */
export const exporterConfigFile = (kind: ExporterKind): string => `/etc/ghrunners/${places[kind].name}.json`;

export const exporterUnit = (kind: ExporterKind): string => places[kind].unit;

function text(...file: string[]): string {
  return readFileSync(path.join(__dirname, ...file), "utf8");
}

/** A runner's exporter comes with the unit that tries the operator's sudo, and its timer. */
function sudoUnits(kind: ExporterKind, account: string): { SUDO_UNIT: string; SUDO_TEXT: string; SUDO_TIMER: string } {
  if (kind !== "runner") return { SUDO_UNIT: "", SUDO_TEXT: "", SUDO_TIMER: "" };
  const service = text("units", OPERATOR_SUDO_UNIT).replace(/^User=ACCOUNT$/m, () => `User=${account}`);
  return {
    SUDO_UNIT: OPERATOR_SUDO_UNIT,
    SUDO_TEXT: service,
    SUDO_TIMER: text("units", OPERATOR_SUDO_UNIT.replace(".service", ".timer")),
  };
}

/** SHA-256 of the units' texts: a change of a unit alone is also installed. */
export function unitSha256(kind: ExporterKind): string {
  const { SUDO_TEXT, SUDO_TIMER } = sudoUnits(kind, "");
  return createHash("sha256")
    .update(text("units", places[kind].unit) + SUDO_TEXT + SUDO_TIMER)
    .digest("hex");
}

/** The script; its verbs are install, show and remove. */
export const installScript = (): string => text("scripts", "exporter.sh");

/** What an exporter watches of which a host has one for all stacks; of a runner's it has as many as runners. */
const watchedBy = (config: ExporterConfig | undefined): string => {
  if (config === undefined || config.view === "host") return "";
  return `${config.repository} ${config.view === "switch" ? config.environment : config.label}`;
};

/**
 * Parameters for showing or removing an exporter.
 * @param sha256 of the bundle
 * @param account login of the operator
 */
export function exporterParameters(
  kind: ExporterKind,
  config: ExporterConfig,
  sha256: string,
  account: string,
): Record<string, string> {
  const { unit, name, user, bundle, hasToken } = places[kind];
  return {
    UNIT: unit,
    UNIT_TEXT: text("units", unit),
    CONFIG_FILE: exporterConfigFile(kind),
    CONFIG: JSON.stringify(config, undefined, 2),
    BUNDLE_FILE: bundle,
    BUNDLE_SHA256: sha256,
    LISTEN: `${config.listen.host}:${config.listen.port}`,
    SERVICE_USER: user,
    TOKEN_FILE: hasToken ? `/etc/ghrunners/${name}.token` : "",
    WATCHED: watchedBy(config),
    ...sudoUnits(kind, account),
  };
}

/**
 * Parameters for installing an exporter: about 200 KB, for standard input.
 * @param machine MAC address of the machine: a new machine is installed again
 * @param account login of the operator
 * @param token GitHub token of the fleet view or the switch; a secret, so the parameters are one
 * @param before configuration of this stack's own exporter until now: another one's is refused
 */
export async function installParameters(
  kind: ExporterKind,
  config: ExporterConfig,
  machine: string,
  account: string,
  token = "",
  before?: ExporterConfig,
): Promise<Record<string, string>> {
  const bundle: ExporterBundle = await bundleExporter(kind);
  return {
    ...exporterParameters(kind, config, bundle.sha256, account),
    BUNDLE: gzipSync(readFileSync(bundle.file), { level: 9 }).toString("base64"),
    MACHINE: machine,
    TOKEN: token,
    WATCHED_BEFORE: watchedBy(before),
  };
}
