/**
 * The program: configuration in, runners out. Reads like a table of contents.
 */
import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import { Monitoring } from "./components/monitoring";
import { Preflight } from "./components/preflight";
import { RunnerPool } from "./components/runner-pool";
import { loadSettings } from "./config";
import { describeRunner } from "./outputs";
import { logShipper } from "./program/logShipping";
import { monitoringArgs, monitoringFiles } from "./program/monitoring";
import { preflightInputs } from "./program/preflight";
import { manageRepositorySide } from "./program/repositorySide";
import { poolArgs } from "./program/runners";

const settings = loadSettings();
const { github, proxmox } = settings;

const preflight = new Preflight("preflight", preflightInputs(settings), {});

const provider = new proxmoxve.Provider("proxmox", {
  endpoint: proxmox.endpoint,
  apiToken: pulumi.secret(settings.proxmoxToken),
});

const shipper = logShipper(settings, { dependsOn: preflight });
const pool = new RunnerPool("runners", poolArgs(settings, shipper), {
  dependsOn: preflight,
  proxmox: provider,
  access: {
    github: { url: github.url, repository: github.repository, token: settings.githubToken },
    proxmox: { endpoint: proxmox.endpoint, node: proxmox.node, token: settings.proxmoxToken },
  },
});

manageRepositorySide(settings, { dependsOn: preflight });

const watch = monitoringArgs(settings);
if (watch !== undefined) {
  const privateKey = pulumi.secret(settings.sshPrivateKey);
  const files = preflight.urn.apply(() => monitoringFiles(settings));
  new Monitoring("monitoring", { ...watch, privateKey, files }, { dependsOn: preflight });
}

/** Every runner: name, role, address, VMID, labels, and its number and version at GitHub. */
export const runners = pool.runners.map(describeRunner);

/** When and by what the secondaries were proved; null where there is nothing to prove. */
export const gate = pool.evidence ?? null;
