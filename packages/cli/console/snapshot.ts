/** What the console knows about a stack, part by part. Pure. */
import type { Described } from "@ghrunners/core/schema";
import type { Settings } from "@ghrunners/config/parse";
import type { TargetHistory } from "@ghrunners/deploy/target/queries";
import type { GateView } from "../gate/view";
import type { MonitoringView } from "../monitoring/collect";
import type { StatusReport } from "../status/report";
import type { snapshotSchema, targetDeploymentsSchema, topologySchema } from "./schema";

/** What the page of `ghrunners console` reads. */
export type ConsoleSnapshot = Described<typeof snapshotSchema>;

/** The stack as it is configured: machines, addresses and names. */
export type Topology = Described<typeof topologySchema>;

/** The deployments of one target. */
export type TargetDeployments = Described<typeof targetDeploymentsSchema>;

/** What each part of a snapshot holds. */
export interface PartData {
  readonly status: StatusReport;
  readonly gate: GateView;
  readonly monitoring: MonitoringView;
  readonly deployments: readonly TargetDeployments[];
}

export type PartName = keyof PartData;

/** A part as the last reading left it. */
export interface SnapshotPart<Data> {
  readonly state: "loading" | "off" | "read" | "failed";
  /** When `data` was read, RFC 3339. */
  readonly at: string | null;
  readonly data: Data | null;
  readonly problem: string | null;
}

export type Parts = { readonly [Name in PartName]: SnapshotPart<PartData[Name]> };

export const loading: SnapshotPart<never> = { state: "loading", at: null, data: null, problem: null };

/** @param why what the stack lacks, and the next command */
export const off = (why: string): SnapshotPart<never> => ({ state: "off", at: null, data: null, problem: why });

export const read = <Data>(data: Data, at: Date): SnapshotPart<Data> => ({
  state: "read",
  at: at.toISOString(),
  data,
  problem: null,
});

/** The older data stays, with its age: it is more than nothing, and the problem says that it is old. */
export const failed = <Data>(before: SnapshotPart<Data>, problem: string): SnapshotPart<Data> => ({
  ...before,
  state: "failed",
  problem,
});

/** How many of a target's deployments are shown. */
const DEPLOYMENTS = 12;

/** A target's history as the console shows it: the newest deployments, the newest first. */
export function deploymentsOf(target: string, { records, open }: TargetHistory): TargetDeployments {
  const deployments = records
    .map(({ deployment }) => deployment)
    .sort((one, other) => other.startedAt.localeCompare(one.startedAt))
    .slice(0, DEPLOYMENTS);
  return { target, problem: null, open, deployments };
}

/** The stack as it is configured. No secret is in it. */
export function topologyOf(settings: Settings, runbooks: string): Topology {
  const { proxmox, github, runners, monitoring, targets } = settings;
  return {
    proxmox: proxmox.endpoint,
    github: `${github.url.replace(/\/+$/, "")}/${github.repository}`,
    runners: runners.map(({ name, role, node = proxmox.node, vmId, address }) => ({ name, role, node, vmId, address })),
    monitoring: monitoring?.host ?? null,
    targets: targets.map(({ name, address }) => ({ name, address })),
    runbooks,
  };
}

/** Joins the parts. */
export function snapshotOf(
  stack: string,
  { environment, github }: Pick<Settings, "environment"> & { readonly github: { readonly repository: string } },
  topology: Topology,
  parts: Parts,
  at: Date,
): ConsoleSnapshot {
  const { status, gate, monitoring, deployments } = parts;
  return {
    version: 1,
    at: at.toISOString(),
    stack,
    environment,
    repository: github.repository,
    topology,
    status,
    gate,
    monitoring,
    deployments,
  };
}
