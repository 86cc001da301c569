/** Two runners on one Proxmox VE node: a primary and a secondary, which is changed and proved first. */
import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import { type EnvironmentArgs, RunnerPool, type RunnerIdentityArgs } from "@ghrunners/components";

const config = new pulumi.Config();
/** Dynamic resources read the same keys. */
const secrets = new pulumi.Config("ghrunners");
const [endpoint, token] = [config.require("endpoint"), secrets.requireSecret("proxmoxToken")];

const pool = new RunnerPool(
  "runners",
  {
    environment: pulumi.getStack(),
    github: {
      url: config.get("githubUrl"),
      repository: config.require("repository"),
      token: secrets.requireSecret("githubToken"),
    },
    proxmox: { endpoint, token, node: config.require("node"), templateId: config.requireNumber("templateId") },
    network: config.requireObject<EnvironmentArgs["network"]>("network"),
    runners: config.requireObject<RunnerIdentityArgs[]>("runners"),
    vm: config.getObject<EnvironmentArgs["vm"]>("vm"),
    hosts: config.get<"manage" | "skip">("hosts"),
    sshPublicKey: config.require("sshPublicKey"),
    sshPrivateKey: secrets.requireSecret("sshPrivateKey"),
  },
  { provider: new proxmoxve.Provider("proxmox", { endpoint, apiToken: token }) },
);

export const runners = pool.runners.map(({ runnerName, labels }) => ({ runnerName, labels }));
