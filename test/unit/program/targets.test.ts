import assert from "node:assert/strict";
import { addressOf } from "@ghrunners/deploy/deployer/job-environment";
import { programGraph, type RegisteredResource } from "../../support/pulumi-mocks";
import { privateKey } from "../../support/private-key";

const target = { name: "app", address: "192.0.2.60", user: "deploy", hostKey: "ssh-ed25519 AAAA" };
const config = {
  environment: "production",
  hosts: "skip",
  proxmox: { endpoint: "https://pve.example:8006/", node: "pve1", templateId: 9000 },
  github: { repository: "octo-org/demo-app" },
  network: { gateway: "192.0.2.1", adminCidr: "192.0.2.0/28" },
  runners: [{ role: "primary", name: "one", vmId: 151, address: "192.0.2.51" }],
  deployment: { reviewers: ["octocat"], branches: ["main"], variables: { REGION: "north" } },
  proxmoxToken: "pulumi@pve!t=00000000-aaaa-bbbb-cccc-000000000000",
  githubToken: "planted_github_token",
  sshPrivateKey: privateKey(),
};
const secretKeys = ["proxmoxToken", "githubToken", "sshPrivateKey"];

const variables = (graph: readonly RegisteredResource[]): Record<string, string> =>
  Object.fromEntries(
    graph
      .filter(({ type }) => /ActionsEnvironmentVariable$/.test(type))
      .map(({ inputs }) => [inputs.variableName as string, inputs.value as string]),
  );
const wayOut = (graph: readonly RegisteredResource[]): unknown[] =>
  graph
    .filter(({ type }) => type === "proxmoxve:firewall/rulesLegacy:RulesLegacy")
    .flatMap(({ inputs }) => inputs.rules as { comment?: string; dport?: string; dest?: string }[])
    .filter(({ comment }) => comment?.startsWith("Deployment target"))
    .map(({ comment, dport, dest }) => [comment, dest, dport]);

describe("targets in the program's graph", function () {
  this.timeout(60_000);

  it("runners reach them by SSH, and a deployment job finds them with their pinned keys", async () => {
    const graph = await programGraph("production", { ...config, targets: [target] }, secretKeys);
    assert.deepEqual(wayOut(graph), [["Deployment target app", "192.0.2.60/32", "22"]]);
    const { DEPLOY_TARGETS, ...others } = variables(graph);
    assert.deepEqual(others, { REGION: "north" });
    // As the deployer reads it.
    assert.deepEqual(addressOf({ DEPLOY_TARGETS }, "app"), {
      host: "192.0.2.60",
      user: "deploy",
      hostKey: "ssh-ed25519 AAAA",
    });
  });

  it("without targets there is neither", async () => {
    const graph = await programGraph("production", config, secretKeys);
    assert.deepEqual([wayOut(graph), variables(graph)], [[], { REGION: "north" }]);
  });

  it("tells jobs where the runbooks are, where that is not the repository itself", async () => {
    const runbookBaseUrl = "https://github.com/octo-org/runners/blob/main/docs/runbooks";
    const monitoring = {
      host: "192.0.2.4",
      user: "ops",
      hostKey: "ssh-ed25519 AAAA",
      fleetExporter: false,
      runbookBaseUrl,
    };
    const graph = await programGraph("production", { ...config, monitoring, repository: { manage: true } }, secretKeys);
    assert.deepEqual(variables(graph), { RUNBOOKS_URL: runbookBaseUrl, REGION: "north" });
    // The gate has no environment.
    const ofRepository = graph.filter(({ type }) => /ActionsVariable$/.test(type)).map(({ inputs }) => inputs);
    assert.deepEqual(
      ofRepository.map(({ variableName, value }) => [variableName, value] as unknown[]),
      [["RUNBOOKS_URL", runbookBaseUrl]],
    );
    // What an environment or a repository says of its own stays.
    const own = { ...config.deployment, variables: { RUNBOOKS_URL: "https://wiki.example" } };
    const overridden = await programGraph("production", { ...config, monitoring, deployment: own }, secretKeys);
    assert.deepEqual(variables(overridden), own.variables);
  });
});
