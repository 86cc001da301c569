import assert from "node:assert/strict";
import { finder, programGraph, type RegisteredResource } from "../../support/pulumi-mocks";
import { privateKey } from "../../support/private-key";

const secretKeys = ["proxmoxToken", "githubToken", "sshPrivateKey"];
const config = {
  environment: "production",
  proxmox: { endpoint: "https://192.0.2.10:8006/", node: "pve1", templateId: 9000 },
  github: { repository: "octo-org/demo-app" },
  network: { gateway: "192.0.2.1", adminCidr: "192.0.2.0/28", egress: [{ to: "203.0.113.0/24", ports: "22" }] },
  runners: [
    { role: "primary", name: "one", vmId: 151, address: "192.0.2.51" },
    { role: "secondary", name: "two", vmId: 152, address: "192.0.2.52" },
  ],
  agent: { extraLabels: ["gpu"] },
  deployment: { reviewers: ["octocat"], branches: ["main"] },
  proxmoxToken: "pulumi@pve!t=00000000-aaaa-bbbb-cccc-000000000000",
  githubToken: "planted_github_token",
  sshPrivateKey: privateKey(),
};
const deliveryRunner = { name: "delivery-1", vmId: 159, address: "192.0.2.59" };
const graphOf = (change: object = {}): Promise<RegisteredResource[]> =>
  programGraph("production", { ...config, deliveryRunner, ...change }, secretKeys);
const rulesOf = (graph: readonly RegisteredResource[], name: string): string[] =>
  (finder(graph)(name).inputs.rules as Record<string, string | undefined>[]).map(
    ({ type, action, dport, dest, source }) => [type, action, dport ?? "all", dest ?? source ?? "anywhere"].join(" "),
  );
const stdin = (graph: readonly RegisteredResource[], name: string): string =>
  JSON.stringify(finder(graph)(name).inputs.stdin);

describe("the delivery runner in the program's graph", function () {
  this.timeout(60_000);
  let graph: RegisteredResource[];
  before(async () => {
    graph = await graphOf();
  });

  it("is a machine of its own, outside of the pool, made after it, with the labels that the workflows ask for", () => {
    const find = finder(graph);
    assert.equal(find("delivery-vm").inputs.vmId, 159);
    assert.notEqual(find("delivery").parent, "runners");
    assert.deepEqual(find("delivery-registration").inputs.labels, ["self-hosted", "linux", "x64", "delivery"]);
    assert.ok(find("delivery-vm").dependencies.includes("runners-primary-online"));
    const members = find("runners").inputs.members as { runner: string }[];
    assert.deepEqual(
      members.map(({ runner }) => runner),
      ["one", "two"],
    );
    assert.equal(find("delivery-drain").inputs.peerLabels ?? null, null, "no other runner takes its jobs");
    assert.ok(!JSON.stringify(find("runners-gate").inputs).includes("delivery-1"));
  });

  it("reaches Proxmox VE and the stack's hosts, and the others do not", () => {
    const own = rulesOf(graph, "delivery-vm-rules");
    for (const rule of [
      "out ACCEPT 8006 192.0.2.10/32",
      "out ACCEPT 22,59999 192.0.2.51/32",
      "out ACCEPT 22,59999 192.0.2.52/32",
    ])
      assert.ok(own.includes(rule), own.join("\n"));
    assert.ok(own.indexOf("out ACCEPT 8006 192.0.2.10/32") < own.indexOf("out REJECT all 192.0.2.10"));
    assert.ok(!own.some((rule) => rule.includes("203.0.113.0")));
    for (const name of ["runners-primary-vm-rules", "runners-secondary-vm-rules"]) {
      const rules = rulesOf(graph, name);
      assert.ok(!rules.some((rule) => rule.includes("8006")), rules.join("\n"));
      assert.ok(rules.includes("in ACCEPT 22 192.0.2.59"), rules.join("\n"));
    }
    // The unit of the runner closes hosts to jobs as well.
    assert.match(stdin(graph, "runners-primary-agent"), /IPAddressDeny=192\.0\.2\.10/);
    assert.doesNotMatch(stdin(graph, "delivery-agent"), /IPAddressDeny/);
  });

  it("refuses other jobs than those of the delivery workflows, and keeps their records", () => {
    const installed = stdin(graph, "delivery-agent");
    assert.match(installed, /refs\/heads\/main/);
    assert.doesNotMatch(installed, /pull_request|repository_dispatch/);
    assert.match(installed, /StateDirectory=ghrunners-promotions/);
    assert.doesNotMatch(stdin(graph, "runners-primary-agent"), /StateDirectory|GHRUNNERS_PROMOTIONS/);
    assert.match(stdin(graph, "delivery-packages"), /git/);
  });

  it("leaves a stack without one as it was", async () => {
    const without = await graphOf({ deliveryRunner: undefined });
    assert.deepEqual(
      without.filter(({ name }) => name.startsWith("delivery")),
      [],
    );
    assert.ok(!rulesOf(without, "runners-primary-vm-rules").some((rule) => rule.includes("192.0.2.59")));
  });
});
