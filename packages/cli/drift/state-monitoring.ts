/** What the stack put on its monitoring host, read from the steps that installed it. Pure. */
import { createHash } from "node:crypto";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { scriptParameters } from "@ghrunners/core/ssh/render-script";
import { plannedFiles } from "@ghrunners/components/monitoring/plan-files";
import { bag, reveal, text, type StateResource } from "./state-values";

/** A step of the stack that installed files on the monitoring host, as it ran. */
export interface MonitoringStep {
  readonly kind: "files" | "alertmanager";
  readonly host: HostAddress;
  readonly command: string;
  /** Parameters and script. Alertmanager's parameters may contain secrets. */
  readonly stdin: string;
}

export interface FileSum {
  /** Absolute path. */
  readonly path: string;
  readonly sha256: string;
}

export interface MonitoringState {
  readonly host: HostAddress;
  /** First part of the names of the stack's files. */
  readonly owner: string;
  readonly folders: readonly string[];
  /** Alertmanager's file; undefined if the stack does not manage it. */
  readonly alertmanager: string | undefined;
  readonly files: readonly FileSum[];
}

const STEP = "ghrunners:monitoring:MonitoringHost$command:remote:Command::";
const kinds: Readonly<Record<string, MonitoringStep["kind"]>> = { apply: "files", manage: "alertmanager" };

/** Steps that only check are left out, because they install nothing. */
export function monitoringSteps(resources: readonly StateResource[]): MonitoringStep[] {
  return resources.flatMap(({ urn, inputs = {} }) => {
    const command = text(reveal(inputs.update));
    const kind = urn.includes(STEP) ? kinds[command.split(" ").at(-1) ?? ""] : undefined;
    if (kind === undefined) return [];
    const { host, user, hostKey } = bag(reveal(inputs.connection));
    const address = { host: text(reveal(host)), user: text(reveal(user)), hostKey: text(reveal(hostKey)) };
    return [{ kind, host: address, command, stdin: text(reveal(inputs.stdin)) }];
  });
}

const sum = (path: string, content: string): FileSum => ({
  path,
  sha256: createHash("sha256").update(content).digest("hex"),
});

/** @returns undefined if the stack put no files on a monitoring host */
export function monitoringOf(resources: readonly StateResource[]): MonitoringState | undefined {
  const steps = monitoringSteps(resources);
  const files = steps.find(({ kind }) => kind === "files");
  if (files === undefined) return undefined;
  const plan = scriptParameters(files.stdin);
  const { ALERTMANAGER_FILE: alertmanager, TEXT = "" } = scriptParameters(
    steps.find(({ kind }) => kind === "alertmanager")?.stdin ?? "",
  );
  return {
    host: files.host,
    owner: plan.OWNER ?? "",
    folders: [plan.RULES_DIR, plan.TARGETS_DIR, plan.DASHBOARDS_DIR].filter((folder) => folder !== undefined),
    alertmanager,
    files: [
      ...plannedFiles(plan).map((file) => sum(file.path, file.text)),
      ...(alertmanager === undefined ? [] : [sum(alertmanager, TEXT)]),
    ],
  };
}
