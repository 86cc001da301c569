import assert from "node:assert/strict";
import { GitHubClient } from "@ghrunners/core/github/client";
import { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import { FORCE_WORDS } from "@ghrunners/core/vocabulary/safety";
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
  force: false,
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
    assert.deepEqual(await diff({ force: true }), { changes: true, replaces: [], deleteBeforeReplace: true });
  });

  describe("where no peer is healthy", () => {
    const methods = {
      runnerNamed: async () => runner("one"),
      runner: async () => runner("one"),
      runners: async () => [runner("one"), runner("two", { online: false })],
    };
    let drained: number[];
    let restore: () => void;

    beforeEach(() => {
      drained = [];
      const [github, proxmox] = [GitHubClient.prototype, ProxmoxClient.prototype];
      const real = [github, proxmox].map((of) => Object.getOwnPropertyDescriptors(of));
      const setLabels = async (id: number) => void drained.push(id);
      Object.assign(github, methods, { setLabels });
      const guests = async () => [{ vmid: inputs.vmId, node: "pve1", name: "one" }];
      Object.assign(proxmox, { guests, vmConfig: async () => ({ net0: `virtio=${inputs.incarnation}` }) });
      restore = () => [github, proxmox].forEach((of, index) => Object.defineProperties(of, real[index]!));
    });
    afterEach(() => restore());

    const deleteWith = async (change: Partial<MachineDrainInputs>, safety?: string): Promise<void> => {
      const secrets = { "ghrunners:githubToken": "t", "ghrunners:proxmoxToken": "t", "ghrunners:safety": safety };
      const config = { get: (key: string) => secrets[key as keyof typeof secrets] };
      await provider.configure?.({ config } as Parameters<NonNullable<typeof provider.configure>>[0]);
      await provider.delete?.("one", { ...inputs, ...change });
    };

    it("refuses, and says both ways to force it", async () => {
      await assert.rejects(
        deleteWith({}),
        /no other runner is healthy .*ghrunners:safety\.force.* or force: true in the/,
      );
      assert.deepEqual(drained, []);
    });

    it("goes on by the argument of the component, and by the package's setting", async () => {
      await deleteWith({ force: true });
      await deleteWith({}, JSON.stringify({ force: FORCE_WORDS }));
      assert.deepEqual(drained, [3, 3]);
    });
  });
});
