/**
 * Components with the types and inputs of resources that guards refuse: the engine hands them to the policy pack as it
 * does real ones.
 */
import * as pulumi from "@pulumi/pulumi";

function declare(type: string, name: string, inputs: pulumi.Inputs, protect = false): void {
  new pulumi.ComponentResource(type, name, inputs, { protect });
}

const isSafe = new pulumi.Config("test").getBoolean("safe") === true;

declare("pulumi-nodejs:dynamic/ghrunners:Preflight", "preflight", { publicAllowed: !isSafe });
declare("ghrunners:pool:RunnerPool", "runners", {
  members: [
    {
      role: "primary",
      runner: "runner-1",
      labels: ["self-hosted", "linux", "x64", "production", isSafe ? "primary" : "ubuntu-latest"],
    },
  ],
  events: isSafe ? ["push"] : ["push", "pull_request"],
});
declare("github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions", "token", {
  repository: "demo-app",
  defaultWorkflowPermissions: isSafe ? "read" : "write",
});
declare("github:index/actionsRepositoryPermissions:ActionsRepositoryPermissions", "actions", {
  repository: "demo-app",
  shaPinningRequired: isSafe,
});
declare("ghrunners:deployment:DeploymentEnvironment", "environment", {
  repository: "demo-app",
  environment: "production",
  reviewers: isSafe ? ["octocat"] : [],
});
declare("proxmoxve:index/vmLegacy:VmLegacy", "vm", { vmId: 151 }, isSafe);
declare("github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret", "secret", {
  repository: "demo-app",
  environment: "production",
  secretName: "DEPLOY_KEY",
  ...(isSafe ? { value: pulumi.secret("planted-value") } : { plaintextValue: pulumi.secret("planted-value") }),
});
