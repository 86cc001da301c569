import * as pulumi from "@pulumi/pulumi";
import { FORCE_WORDS } from "@ghrunners/core/vocabulary/safety";
import { parseAddress, parseCidr } from "@ghrunners/core/vocabulary/ipv4";
import { ports } from "@ghrunners/core/vocabulary/ports";
import type { LogShipper, RunnerPoolArgs, VmTemplate } from "@ghrunners/components";
import { logEgress } from "@ghrunners/components/runner/plan-shipping";
import type { Settings } from "../parse";
import type { ProvedElsewhere } from "../promotion-demands";
import { placedRunners } from "./placed-runners";

/** Firewall rules for the deployer on a runner, which logs in on the targets. */
const targetEgress = ({ targets }: Settings): Settings["network"]["egress"] =>
  targets.map(({ name, address }) => ({
    to: `${address}/32`,
    ports: String(ports.ssh),
    protocol: "tcp",
    comment: `Deployment target ${name}`,
  }));

/** Address of the delivery runner, where `adminCidr` does not open SSH to it already. */
function deliveryAddress({ deliveryRunner, network }: Settings): string | undefined {
  const admins = parseCidr(network.adminCidr);
  const address = parseAddress(deliveryRunner?.address ?? "");
  if (admins === undefined || address === undefined) return undefined;
  return address >= admins.network && address <= admins.broadcast ? undefined : deliveryRunner?.address;
}

/**
 * Arguments of the runner pool. Most groups of the settings are also groups of its arguments.
 * @param templates those that the program makes, by node
 * @param proved the other stack's proof: its runner version is the one to install if the settings name none
 */
export function poolArgs(
  settings: Settings,
  logs: LogShipper | undefined,
  proved: ProvedElsewhere,
  templates: ReadonlyMap<string, VmTemplate> = new Map(),
): RunnerPoolArgs {
  const { environment, github, network, vm, smoke, hosts, safety, monitoring } = settings;
  const made = (node: string): pulumi.Output<number> | undefined => templates.get(node)?.vmId;
  const { node, templateId } = settings.proxmox;
  const proxmox = { ...settings.proxmox, templateId: made(node) ?? templateId };
  const runners = placedRunners(settings, made);
  const egress = [
    ...network.egress,
    ...(monitoring === undefined ? [] : logEgress(monitoring.logs, monitoring.host)),
    ...targetEgress(settings),
  ];
  const version = settings.agent.version ?? proved?.apply((proof) => proof?.settings.runnerVersion ?? undefined);
  const agent = { ...settings.agent, version };
  return {
    ...{ environment, runners, vm, agent, smoke, hosts, logs },
    github: { ...github, token: pulumi.secret(settings.githubToken) },
    proxmox: { ...proxmox, token: pulumi.secret(settings.proxmoxToken) },
    network: { ...network, egress, monitoringAddress: monitoring?.host, deliveryAddress: deliveryAddress(settings) },
    sshPublicKey: settings.sshPublicKey,
    sshPrivateKey: pulumi.secret(settings.sshPrivateKey),
    limits: { drainMinutes: safety.drainTimeoutMinutes, onlineSeconds: safety.onlineTimeoutSeconds },
    protect: safety.protect,
    force: safety.force !== undefined,
    forceHint: `pulumi config set --path 'ghrunners:safety.force' '${FORCE_WORDS}'`,
  };
}
