/** One runner without a pool, and the GitHub environment that its jobs deploy to: reviewed, from one branch. */
import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import { DeploymentEnvironment, type EnvironmentArgs, githubProvider, Runner } from "@ghrunners/components";

const config = new pulumi.Config();
/** Dynamic resources read the same keys. */
const secrets = new pulumi.Config("ghrunners");
const [endpoint, token] = [config.require("endpoint"), secrets.requireSecret("proxmoxToken")];
const environment = pulumi.getStack();
const github = {
  url: config.get("githubUrl"),
  repository: config.require("repository"),
  token: secrets.requireSecret("githubToken"),
};

const runner = new Runner(
  "runner",
  {
    environment,
    github,
    proxmox: { endpoint, token, node: config.require("node"), templateId: config.requireNumber("templateId") },
    network: config.requireObject<EnvironmentArgs["network"]>("network"),
    role: "primary",
    name: "example-runner",
    vmId: 190,
    address: config.require("address"),
    vm: config.getObject<EnvironmentArgs["vm"]>("vm"),
    hosts: config.get<"manage" | "skip">("hosts"),
    sshPublicKey: config.require("sshPublicKey"),
    sshPrivateKey: secrets.requireSecret("sshPrivateKey"),
  },
  { provider: new proxmoxve.Provider("proxmox", { endpoint, apiToken: token }) },
);

const deployment = new DeploymentEnvironment(
  "deployment",
  {
    github,
    environment,
    reviewers: config.requireObject<string[]>("reviewers"),
    branches: ["main"],
    variables: { RUNNER_LABELS: JSON.stringify(runner.labels) },
  },
  { provider: githubProvider("github", github) },
);

export const deploysTo = deployment.environment;
