import assert from "node:assert/strict";
import { programGraph } from "../../support/pulumi-mocks";
import { privateKey } from "../../support/private-key";

const config = {
  environment: "lab",
  proxmox: { endpoint: "https://pve.example:8006/", node: "pve1", templateId: 9000 },
  github: { repository: "octo-org/demo-app" },
  network: { gateway: "192.0.2.1", adminCidr: "192.0.2.0/28" },
  runners: [{ role: "primary", name: "one", vmId: 151, address: "192.0.2.51" }],
  monitoring: { host: "192.0.2.9", user: "operator", hostKey: "ssh-ed25519 AAAA", fleetExporter: false },
  proxmoxToken: "pulumi@pve!t=00000000-aaaa-bbbb-cccc-000000000000",
  githubToken: "planted_github_token",
  sshPrivateKey: privateKey(),
};

describe("monitoring in the program's graph", function () {
  this.timeout(60_000);

  it("only the monitoring host may read the runners' exporters", async () => {
    const graph = await programGraph("lab", config, ["proxmoxToken", "githubToken", "sshPrivateKey"]);
    const rules = graph.find(({ name }) => name === "runners-primary-vm-rules")?.inputs.rules as Record<
      string,
      string
    >[];
    assert.deepEqual(
      rules.filter(({ type }) => type === "in").map(({ dport, source }) => [dport, source]),
      [
        ["22", "192.0.2.0/28"],
        ["9100:9101", "192.0.2.9"],
      ],
    );
  });

  it("files are taken away before a replacement puts them there, not after", async () => {
    const graph = await programGraph("lab", config, ["proxmoxToken", "githubToken", "sshPrivateKey"]);
    const step = graph.find(({ name }) => name === "monitoring-files");
    assert.match(String(step?.inputs.delete), / remove$/);
    assert.equal(step?.deleteBeforeReplace, true);
  });
});
