/** The delivery runner: arguments from the settings, and the component. */
import * as pulumi from "@pulumi/pulumi";
import { version as programVersion } from "@pulumi/pulumi/version";
import {
  type EnvironmentArgs,
  type LogShipper,
  Runner,
  type RunnerArgs,
  type RunnerPoolArgs,
  type VmTemplate,
} from "@ghrunners/components";
import { asItIs, ELSEWHERE, runnerHere } from "@ghrunners/components/runner/own-machine";
import { CLOSED_PORT } from "@ghrunners/components/runner/vm";
import { logEgress } from "@ghrunners/components/runner/plan-shipping";
import { parseAddress } from "@ghrunners/core/vocabulary/ipv4";
import { onStack } from "@ghrunners/core/vocabulary/on-stack";
import { ports } from "@ghrunners/core/vocabulary/ports";
import { DELIVERY_ROLE } from "@ghrunners/core/vocabulary/runner";
import type { DeliveryRunnerSettings } from "../delivery-runner";
import type { Settings } from "../parse";
import type { ProvedElsewhere } from "../promotion-demands";
import { placedRunners } from "./placed-runners";
import { poolArgs } from "./runners";

type Egress = Settings["network"]["egress"];

const to = (address: string, opened: readonly (number | string)[], comment: string): Egress[number] => ({
  to: `${address}/32`,
  ports: [...new Set(opened.map(Number))].sort((one, other) => one - other).join(","),
  protocol: "tcp",
  comment,
});

const portOf = ({ port, protocol }: URL): number => Number(port) || (protocol === "https:" ? 443 : 80);

/** Ports of the services on the monitoring host that the commands ask: those whose URL means that host. */
const servicePorts = ({ host, prometheusUrl, alertmanager }: NonNullable<Settings["monitoring"]>): number[] =>
  [prometheusUrl, alertmanager.url].flatMap((url) => {
    const parsed = new URL(url);
    return [host, "127.0.0.1", "localhost"].includes(parsed.hostname) ? [portOf(parsed)] : [];
  });

/**
 * What an update has to reach, and the other runners must not: Proxmox VE's API, and SSH on the stack's hosts. Pure.
 * @param own the delivery runner's settings
 */
export function deliveryEgress({ proxmox, monitoring, runners }: Settings, own: DeliveryRunnerSettings): Egress {
  const api = new URL(proxmox.endpoint);
  return [
    ...(parseAddress(api.hostname) === undefined ? [] : [to(api.hostname, [portOf(api)], "Proxmox VE's API")]),
    // On its way to the proof of a runner's firewall, a packet must not be dropped by this machine's own.
    ...runners.map(({ name, address }) => to(address, [ports.ssh, CLOSED_PORT], `SSH to ${name}`)),
    ...(monitoring === undefined
      ? []
      : [to(monitoring.host, [ports.ssh, ...servicePorts(monitoring)], "Monitoring host")]),
    ...own.egress,
  ];
}

/** Which jobs it runs: those of the delivery workflows. Pure. */
export function deliveryJobs({ previews, allowedRefs }: DeliveryRunnerSettings) {
  return {
    allowedEvents: ["push", "workflow_dispatch", "schedule", ...(previews ? ["pull_request"] : [])],
    allowedRefs: [...allowedRefs, ...(previews ? ["refs/pull/*"] : [])],
  };
}

/** @param pool arguments of the stack's other runners, with which it shares everything that is not its own */
export function deliveryRunnerArgs(
  settings: Settings,
  own: DeliveryRunnerSettings,
  pool: RunnerPoolArgs,
  templates: ReadonlyMap<string, VmTemplate> = new Map(),
): RunnerArgs {
  const { proxmox, monitoring, network } = settings;
  const { name, vmId, address, node } = own;
  const made = (on: string) => templates.get(on)?.vmId;
  const [place] = placedRunners({ runners: [{ role: DELIVERY_ROLE, name, vmId, address, node }], proxmox }, made);
  const logs = monitoring === undefined ? [] : logEgress(monitoring.logs, monitoring.host);
  const shared: EnvironmentArgs = pool;
  return {
    ...shared,
    ...{ role: DELIVERY_ROLE, name, vmId, address, ...place },
    // No labels of the application's runners: their jobs would find it.
    agent: { ...shared.agent, ...deliveryJobs(own), extraLabels: [] },
    // Of one version with the package that the program is written with.
    pulumiCli: { ...own.pulumi, version: own.pulumi.version ?? programVersion.replace(/^v/, "") },
    network: {
      ...shared.network,
      deliveryAddress: undefined,
      closed: network.closed,
      egress: [...logs, ...deliveryEgress(settings, own)],
    },
  };
}

/**
 * Makes the delivery runner, after everything in `opts.dependsOn`. In an update that is a job on that very machine, it
 * stays as it is: changing it would end the update. The next update from elsewhere changes it.
 */
export function makeDeliveryRunner(
  settings: Settings,
  logs: LogShipper | undefined,
  proved: ProvedElsewhere,
  templates: ReadonlyMap<string, VmTemplate>,
  groupId: pulumi.Output<number> | undefined,
  opts: pulumi.ComponentResourceOptions,
): Runner | undefined {
  const { deliveryRunner: own } = settings;
  if (own === undefined) return undefined;
  const args = {
    ...deliveryRunnerArgs(settings, own, poolArgs(settings, logs, proved, templates), templates),
    groupId,
  };
  if (runnerHere() !== own.name) return new Runner("delivery", args, opts);
  const words = `${own.name} stays as it is: this update is a job on it. ${ELSEWHERE}, which changes it too`;
  void pulumi.log.warn(onStack(words, pulumi.getStack()));
  return new Runner("delivery", args, { ...opts, transformations: [asItIs] });
}
