import assert from "node:assert/strict";
import type { GitHubRunner } from "@ghrunners/core/github/runner";
import { type MachineDrainInputs, peersOf, provider } from "@ghrunners/components/resources/machine-drain";
import { chooseDrain } from "@ghrunners/components/runner/plan-drain";

const poolLabels = ["self-hosted", "linux", "x64", "lab"];
const inputs: MachineDrainInputs = {
  githubUrl: "https://github.com",
  repository: "octo-org/demo-app",
  runnerName: "one",
  proxmox: { endpoint: "https://pve.example/", node: "pve1" },
  vmId: 151,
  incarnation: "BC:24:11:00:00:01",
  peerLabels: poolLabels,
  drainMinutes: 30,
};
const runner = (name: string, change: Partial<GitHubRunner> = {}): GitHubRunner => ({
  id: name.length,
  name,
  online: true,
  busy: false,
  labels: [...poolLabels, name],
  version: "2.336.0",
  ...change,
});

describe("the drain of a machine", () => {
  const action = (others: readonly GitHubRunner[], change: Partial<MachineDrainInputs> = {}): string =>
    chooseDrain("one", runner("one"), peersOf({ ...inputs, ...change }, [runner("one"), ...others]), {
      force: false,
      forceHint: "",
    }).action;

  it("goes on beside a peer that is online with the labels of the pool", () => {
    assert.equal(action([runner("two")]), "drain");
    assert.equal(action([runner("two", { labels: ["Self-Hosted", "Linux", "X64", "LAB", "secondary"] })]), "drain");
    assert.equal(action([], { peerLabels: null }), "drain");
  });

  it("is refused while no peer is healthy", () => {
    assert.equal(action([]), "refuse");
    assert.equal(action([runner("two", { online: false })]), "refuse");
    assert.equal(action([runner("two", { labels: [] })]), "refuse", "a peer that is drained itself");
    assert.equal(action([runner("two", { labels: ["self-hosted", "linux", "x64", "other"] })]), "refuse");
  });

  it("is replaced with its machine, old one first, and by nothing else", async () => {
    const diff = (change: Partial<MachineDrainInputs>) => provider.diff?.("one", inputs, { ...inputs, ...change });
    assert.deepEqual(await diff({}), { changes: false, replaces: [], deleteBeforeReplace: true });
    const moved = await diff({ incarnation: "BC:24:11:00:00:02" });
    assert.deepEqual(moved, { changes: true, replaces: ["incarnation"], deleteBeforeReplace: true });
    assert.deepEqual(await diff({ drainMinutes: 60 }), { changes: true, replaces: [], deleteBeforeReplace: true });
  });
});
