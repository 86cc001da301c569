/**
 * The program: configuration in, runners out. Reads like a table of contents.
 */
import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import { runnerLabels, runnerUnit } from "./catalogue/runner";
import { DeploymentEnvironment } from "./components/deployment-environment";
import { githubProvider, leftoversHook } from "./components/github-resources";
import { logEgress } from "./components/host-logs/planShipping";
import { Monitoring } from "./components/monitoring";
import { Preflight } from "./components/preflight";
import { RepositoryRules } from "./components/repository-rules";
import { RunnerPool } from "./components/runner-pool";
import { ownershipMark } from "./components/runner-vm";
import { SecretValues } from "./components/secret-values";
import { loadSettings } from "./config";
import { monitoringArgs } from "./monitoringHost";
import { logShipper } from "./logShipping";
import { describeRunner } from "./outputs";

const settings = loadSettings();
const { environment, github, proxmox, network, vm, agent, safety, deployment, repository } = settings;
const managesHosts = settings.hosts === "manage";

const preflight = new Preflight(
  "preflight",
  {
    proxmox: { ...proxmox, pool: proxmox.pool },
    github,
    runners: settings.runners.map(({ name, vmId, address }) => ({ name, vmId, address })),
    diskGiB: vm.diskGiB,
    ownershipMarks: Object.fromEntries(
      settings.runners.map(({ name }) => [name, ownershipMark(pulumi.getStack(), name)]),
    ),
    version: agent.version,
    smokeWorkflow: settings.smoke.workflow,
    publicAllowed: safety.allowPublicRepository !== undefined,
    hosts: managesHosts,
    deployment: {
      environment: deployment && {
        name: deployment.name ?? environment,
        reviewers: deployment.reviewers,
        waitMinutes: deployment.waitMinutes,
      },
      managesRepository: repository.manage,
      repositorySecrets: settings.secrets.some(({ scope }) => scope === "repository"),
      repositoryVariables: Object.keys(repository.variables).length > 0,
    },
  },
  {},
);

const provider = new proxmoxve.Provider("proxmox", {
  endpoint: proxmox.endpoint,
  apiToken: pulumi.secret(settings.proxmoxToken),
});

const shipper = logShipper(settings, { dependsOn: preflight });
const egress = [
  ...network.egress,
  ...(settings.monitoring === undefined ? [] : logEgress(settings.monitoring.logs, settings.monitoring.host)),
];

const pool = new RunnerPool(
  "runners",
  {
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
    host: managesHosts
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
        }
      : undefined,
    smoke: { ...settings.smoke, ref: settings.smoke.ref },
    force: safety.force !== undefined,
  },
  {
    dependsOn: preflight,
    proxmox: provider,
    access: {
      github: { url: github.url, repository: github.repository, token: settings.githubToken },
      proxmox: { endpoint: proxmox.endpoint, node: proxmox.node, token: settings.proxmoxToken },
    },
  },
);

if (deployment !== undefined || repository.manage) {
  const access = { ...github, token: settings.githubToken };
  const opts = {
    dependsOn: preflight,
    github: githubProvider("github", access, { dependsOn: preflight }),
    clearLeftovers: leftoversHook(access),
  };
  const of = { githubUrl: github.url, repository: github.repository };
  const values = {
    secrets: settings.secrets,
    values: settings.secretValues,
    generations: settings.secretGenerations,
  };
  const secrets = new SecretValues("secrets", values, { dependsOn: preflight });
  if (deployment !== undefined) {
    new DeploymentEnvironment(
      "deployment",
      {
        ...of,
        ...deployment,
        environment: deployment.name ?? environment,
        secrets: secrets.environment,
        protect: safety.protect,
      },
      opts,
    );
  }
  if (repository.manage) new RepositoryRules("repository", { ...of, ...repository, secrets: secrets.repository }, opts);
}

const watch = managesHosts ? monitoringArgs(settings) : undefined;
if (watch !== undefined) {
  const privateKey = pulumi.secret(settings.sshPrivateKey);
  new Monitoring("monitoring", { ...watch, privateKey }, { dependsOn: preflight });
}

/** Every runner: name, role, address, VMID, labels, and its number and version at GitHub. */
export const runners = pool.runners.map(describeRunner);

/** When and by what the secondaries were proved; null where there is nothing to prove. */
export const gate = pool.evidence ?? null;
