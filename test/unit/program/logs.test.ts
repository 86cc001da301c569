import assert from "node:assert/strict";
import { isSecretValue, plain, programGraph, type RegisteredResource } from "../../support/pulumi-mocks";
import { privateKey } from "../../support/private-key";

const config = {
  environment: "lab",
  proxmox: { endpoint: "https://pve.example:8006/", node: "pve1", templateId: 9000 },
  github: { repository: "octo-org/demo-app" },
  network: { gateway: "192.0.2.1", adminCidr: "192.0.2.0/28" },
  runners: [
    { role: "primary", name: "one", vmId: 151, address: "192.0.2.51" },
    { role: "secondary", name: "two", vmId: 152, address: "192.0.2.52" },
  ],
  proxmoxToken: "pulumi@pve!t=00000000-aaaa-bbbb-cccc-000000000000",
  githubToken: "planted_github_token",
  sshPrivateKey: privateKey(),
};
const secretKeys = ["proxmoxToken", "githubToken", "sshPrivateKey"];
const host = { host: "192.0.2.9", user: "operator", hostKey: "ssh-ed25519 AAAA", fleetExporter: false };

const graphWith = (logs: object): Promise<RegisteredResource[]> =>
  programGraph("lab", { ...config, monitoring: { ...host, logs } }, secretKeys);
const named = (graph: readonly RegisteredResource[], pattern: RegExp): RegisteredResource[] =>
  graph.filter(({ name, type }) => type === "command:remote:Command" && pattern.test(name));
const egressPorts = (graph: readonly RegisteredResource[]): string[] =>
  graph
    .filter(({ type }) => type === "proxmoxve:firewall/rulesLegacy:RulesLegacy")
    .flatMap(({ inputs }) => inputs.rules as { comment?: string; dport?: string; dest?: string }[])
    .filter(({ comment }) => comment === "Logs")
    .map(({ dport = "", dest = "" }) => `${dest}:${dport}`);

describe("logs in the program's graph", function () {
  this.timeout(60_000);

  it("alloy, without being asked: a shipper for each runner, and the way to Loki", async () => {
    const graph = await graphWith({});
    const shippers = named(graph, /-logs-/);
    assert.deepEqual(
      shippers.map(({ name }) => name.replace(/^.*-logs-/, "")),
      ["alloy", "alloy"],
    );
    assert.match(String(plain(shippers[0]!.inputs.stdin)), /ARCHIVE_SHA256='[0-9a-f]{64}'/);
    assert.deepEqual(egressPorts(graph), ["192.0.2.9/32:3100", "192.0.2.9/32:3100"]);
    assert.equal(named(graph, /^log-receiver/).length, 0);
  });

  it("journal upload: a receiver that knows the senders, whose certificate the shippers wait for", async () => {
    const graph = await graphWith({ kind: "journal-upload", retentionDays: 7 });
    const [receiver] = named(graph, /^log-receiver$/);
    assert.match(String(receiver?.inputs.stdin), /^SENDERS='192\.0\.2\.51 192\.0\.2\.52'$/m);
    assert.match(String(receiver?.inputs.stdin), /^RETENTION_DAYS='7'$/m);
    const shippers = named(graph, /-logs-journal-upload$/);
    assert.equal(shippers.length, 2);
    for (const { dependencies, hooks } of shippers) {
      assert.ok(dependencies.includes("log-receiver"), dependencies.join(", "));
      assert.deepEqual(hooks, [], "logs are no reason to drain a runner");
    }
    assert.deepEqual(egressPorts(graph), ["192.0.2.9/32:19532", "192.0.2.9/32:19532"]);
  });

  it("none, and without a monitoring host: nothing", async () => {
    for (const graph of [await graphWith({ kind: "none" }), await programGraph("lab", config, secretKeys)]) {
      assert.equal(named(graph, /-logs-|^log-receiver/).length, 0);
      assert.deepEqual(egressPorts(graph), []);
    }
  });

  it("the connection is a secret, and the shipper's settings are not", async () => {
    const graph = await graphWith({ kind: "journal-upload" });
    for (const { inputs } of named(graph, /-logs-|^log-receiver/)) {
      const { privateKey: key } = plain(inputs.connection) as Record<string, unknown>;
      assert.ok(isSecretValue(inputs.connection) || isSecretValue(key));
      assert.ok(!isSecretValue(inputs.stdin));
    }
  });
});
