/**
 * The program: configuration in, runners out. Reads like a table of contents.
 */
import "@ghrunners/config/stack-traces";
import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import { MonitoringHost, RunnerPool } from "@ghrunners/components";
import { Preflight } from "@ghrunners/components/resources/preflight";
import { loadSettings } from "@ghrunners/config/load";
import { describeRunner } from "@ghrunners/config/arguments/outputs";
import { logShipper } from "@ghrunners/config/arguments/log-shipping";
import { monitoringArgs, monitoringFiles } from "@ghrunners/config/arguments/monitoring";
import { preflightInputs } from "@ghrunners/config/arguments/preflight";
import { manageRepositorySide } from "@ghrunners/config/arguments/repository-side";
import { poolArgs } from "@ghrunners/config/arguments/runners";

const settings = loadSettings();

const preflight = new Preflight("preflight", preflightInputs(settings), {});

const provider = new proxmoxve.Provider("proxmox", {
  endpoint: settings.proxmox.endpoint,
  apiToken: pulumi.secret(settings.proxmoxToken),
});

const shipper = logShipper(settings, { dependsOn: preflight });
const pool = new RunnerPool("runners", poolArgs(settings, shipper), { dependsOn: preflight, provider });

manageRepositorySide(settings, { dependsOn: preflight });

const watch = monitoringArgs(settings);
if (watch !== undefined) {
  const sshPrivateKey = pulumi.secret(settings.sshPrivateKey);
  const files = preflight.urn.apply(() => monitoringFiles(settings));
  new MonitoringHost("monitoring", { ...watch, sshPrivateKey, files }, { dependsOn: preflight });
}

/** Every runner: name, role, address, VMID, labels, and its number and version at GitHub. */
export const runners = pool.runners.map(describeRunner);

/** When and by what the secondaries were proved; null where there is nothing to prove. */
export const gate = pool.evidence ?? null;
