import * as pulumi from "@pulumi/pulumi";
import { ports } from "@ghrunners/core/vocabulary/ports";
import { runnerLabels, runnerUnit } from "@ghrunners/core/vocabulary/runner";
import type { LogShipper } from "@ghrunners/components/runner/logs";
import { logEgress } from "@ghrunners/components/runner/plan-shipping";
import type { RunnerPoolArgs } from "@ghrunners/components/runner/pool";
import type { Settings } from "../parse";
import { provenSettings } from "./proven-settings";

/** The deployer on a runner logs in on the targets. */
const targetEgress = ({ targets }: Settings): Settings["network"]["egress"] =>
  targets.map(({ name, address }) => ({
    to: `${address}/32`,
    ports: String(ports.ssh),
    protocol: "tcp",
    comment: `Deployment target ${name}`,
  }));

/** The pool of the settings' runners. */
export function poolArgs(settings: Settings, shipper: LogShipper | undefined): RunnerPoolArgs {
  const { environment, github, proxmox, network, vm, agent, safety, monitoring } = settings;
  const egress = [
    ...network.egress,
    ...(monitoring === undefined ? [] : logEgress(monitoring.logs, monitoring.host)),
    ...targetEgress(settings),
  ];
  return {
    members: settings.runners.map((runner) => ({
      role: runner.role,
      name: runner.name,
      labels: runnerLabels(environment, runner.role, agent.extraLabels),
      unit: runnerUnit(github.repository, runner.name),
      vm: {
        vmId: runner.vmId,
        node: proxmox.node,
        templateId: proxmox.templateId,
        storage: proxmox.storage,
        bridge: proxmox.bridge,
        pool: proxmox.pool,
        address: runner.address,
        prefixLength: network.prefixLength,
        gateway: network.gateway,
        tags: ["ghrunners", environment, runner.role],
        ...vm,
        sshPublicKey: settings.sshPublicKey,
        firewall: {
          adminCidr: network.adminCidr,
          monitoringAddress: network.monitoringAddress,
          nameservers: network.nameservers,
          egress,
        },
        protect: safety.protect,
      },
    })),
    host:
      settings.hosts === "manage"
        ? {
            sshPrivateKey: pulumi.secret(settings.sshPrivateKey),
            githubUrl: github.url,
            repository: github.repository,
            version: agent.version,
            archive:
              agent.downloadUrl === undefined || agent.sha256 === undefined
                ? undefined
                : { url: agent.downloadUrl, sha256: agent.sha256 },
            jobs: { repository: github.repository, events: agent.allowedEvents, refs: agent.allowedRefs },
            limits: { drainMinutes: safety.drainTimeoutMinutes, onlineSeconds: safety.onlineTimeoutSeconds },
            logs: shipper && { environment, shipper },
            proven: provenSettings(settings),
          }
        : undefined,
    smoke: { ...settings.smoke, ref: settings.smoke.ref },
    force: safety.force !== undefined,
  };
}
