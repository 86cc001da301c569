import assert from "node:assert/strict";
import fc from "fast-check";
import { createdAt } from "@ghrunners/cli/prune/machines";
import {
  ghosts,
  oldReleases,
  oldVersions,
  strayMachines,
  type Owned,
  type SeenMachine,
} from "@ghrunners/cli/prune/plan";
import { renderPrune } from "@ghrunners/cli/prune/render";
import type { GitHubRunner } from "@ghrunners/core/github/runner";
import { PRUNE_WORDS } from "@ghrunners/core/vocabulary/safety";

const labels = ["self-hosted", "linux", "x64", "production", "primary"];
const owned: Owned = {
  stack: "production",
  environment: "production",
  repository: "octo-org/demo-app",
  labelSets: [labels, [...labels.slice(0, 4), "secondary"]],
  runnerNames: ["runner-1", "runner-2"],
  knownRunners: ["staging-*"],
  deliveries: true,
  vmIds: [151, 152],
};
const ghost: GitHubRunner = { id: 7, name: "runner-9", online: false, busy: false, labels, version: undefined };
const stray: SeenMachine = {
  vmId: 190,
  name: "runner-9",
  node: "pve1",
  running: false,
  template: false,
  description: "ghrunners production runner-9\n",
  isProtected: false,
  createdAt: Date.parse("2026-11-01T00:00:00Z") / 1000,
};
const refusals = (found: readonly { refusal: string | null }[]): (string | null)[] =>
  found.map(({ refusal }) => refusal);

describe("what a stack left behind", () => {
  it("is a runner with all its labels that neither state nor configuration has", () => {
    const found = ghosts(
      owned,
      [ghost, { ...ghost, name: "RUNNER-1" }, { ...ghost, labels: ["self-hosted"] }],
      [],
      undefined,
    );
    assert.deepEqual(
      found.map(({ kind, id, refusal }) => [kind, id, refusal]),
      [["runner", "7", null]],
    );
  });

  it("is a delivery runner, by the labels of the configured one", () => {
    const ofDelivery = ["self-hosted", "linux", "x64", "delivery"];
    const old = { ...ghost, name: "delivery-0", labels: ofDelivery };
    const withOne = { ...owned, labelSets: [...owned.labelSets, ofDelivery] };
    const [found] = ghosts(withOne, [old], [], undefined);
    assert.match(found?.why ?? "", /^it has the label delivery, and neither/);
    assert.equal(found?.refusal, null);
    assert.match(refusals(ghosts(owned, [old], [], undefined))[0] ?? "", /may be another one's/);
    assert.deepEqual(ghosts({ ...owned, deliveries: false }, [old], [], undefined), []);
  });

  it("is no runner that monitoring.knownRunners names", () => {
    assert.deepEqual(ghosts(owned, [{ ...ghost, name: "staging-runner" }], [], PRUNE_WORDS), []);
  });

  it("keeps a runner that is online, busy or not surely this stack's, each with its reason", () => {
    const online = { ...ghost, online: true };
    const found = (words?: string) =>
      refusals(ghosts(owned, [online, { ...online, busy: true }, { ...ghost, labels: labels.slice(0, 4) }], [], words));
    const [first, second, third] = found();
    assert.equal(first, `it is online. Next: --force "${PRUNE_WORDS}"`);
    assert.match(second ?? "", /it runs a job/);
    assert.match(third ?? "", /may be another one's/);
    const forced = found(PRUNE_WORDS);
    assert.deepEqual([forced[0], forced[1] === null, forced[2] === null], [null, false, false], "only the online one");
    assert.deepEqual(found("yes"), [first, second, third]);
  });

  it("keeps a runner that has a machine of another stack, or where that is not known", () => {
    const of = (description: string) => refusals(ghosts(owned, [ghost], [{ ...stray, description }], undefined));
    assert.deepEqual(of("ghrunners other runner-9"), ["the stack other has a machine of this name"]);
    assert.deepEqual([of("ghrunners other runner-8"), of("ghrunners production runner-9")], [[null], [null]]);
    assert.match(refusals(ghosts(owned, [ghost], undefined, undefined))[0] ?? "", /Proxmox VE could not be read/);
  });

  it("is a machine whose notes name this stack; another stack's and unmarked ones do not appear", () => {
    const others = [
      "ghrunners staging runner-9",
      "ghrunners production",
      "by hand",
      "x ghrunners production a",
      undefined,
    ];
    const machines = [stray, ...others.map((description) => ({ ...stray, description })), { ...stray, vmId: 151 }];
    const found = strayMachines(owned, machines, undefined);
    assert.deepEqual(
      found.map(({ id, since, refusal }) => [id, since, refusal]),
      [["190", "2026-11-01T00:00:00.000Z", null]],
    );
  });

  it("keeps a machine that runs, is protected or a template; only a running one can be forced", () => {
    const machines = [{ running: true }, { isProtected: true, running: true }, { template: true }].map((change) => ({
      ...stray,
      ...change,
    }));
    const [runs, isProtected, template] = refusals(strayMachines(owned, machines, undefined));
    assert.match(runs ?? "", /it is running\. Next: --force/);
    assert.match(isProtected ?? "", /protected\. Next: qm set 190 --protection 0/);
    assert.match(template ?? "", /template/);
    assert.deepEqual(refusals(strayMachines(owned, machines, PRUNE_WORDS)), [null, isProtected, template]);
    const ofImage = { ...stray, template: true, description: `ghrunners ${owned.stack} template-0123456789ab` };
    assert.deepEqual(refusals(strayMachines(owned, [ofImage], undefined)), [null]);
  });

  it("is every runner version but the current one and the newest other one", () => {
    const versions = [
      { version: "2.330.0", at: 10 },
      { version: "2.328.0", at: 30 },
      { version: "2.329.0", at: 20 },
      { version: "2.331.0", at: 5 },
    ];
    const found = oldVersions("runner-1", "2.331.0", versions);
    assert.deepEqual(
      found.map(({ id }) => id),
      ["2.329.0", "2.330.0"],
    );
    assert.deepEqual(oldVersions("runner-1", "", versions), [], "nothing says which one is in use");
    const version = fc.constantFrom("1.0", "2.0", "3.0", "4.0");
    fc.assert(
      fc.property(version, fc.uniqueArray(version), (current, all) => {
        const old = oldVersions(
          "a",
          current,
          all.map((each, at) => ({ version: each, at })),
        );
        assert.ok(old.every(({ id }) => id !== current));
        assert.equal(old.length, all.includes(current) ? Math.max(0, all.length - 2) : 0);
      }),
    );
  });

  it("is shown with place, age and reason, and with the command that removes it", () => {
    const leftovers = [
      ...ghosts(owned, [{ ...ghost, online: true }], [], undefined),
      ...strayMachines(owned, [stray], undefined),
      ...oldReleases("app", 3, [{ version: "1", at: "2026-11-20T00:00:00Z" }]),
    ];
    const report = { version: 1 as const, stack: "production", applied: false, leftovers, removed: [], problems: [] };
    const now = new Date("2026-11-29T00:00:00Z");
    const text = renderPrune(report, now);
    assert.match(text, /kept +runner +7 +runner-9 +octo-org\/demo-app +unknown/);
    assert.match(text, /removable +machine +190 +runner-9 +node pve1 +28 d/);
    assert.match(text, /removable +release +1 +release 1 +app +9 d/);
    assert.match(text, /runner 7: it has the label production.*\n {4}kept: it is online/);
    assert.match(text, /Nothing was changed\.\nNext: ghrunners prune --apply\n$/);
    const done = renderPrune(
      { ...report, applied: true, removed: ["machine 190 (node pve1)"], problems: ["runner 7 was not"] },
      now,
    );
    assert.match(done, /removed +machine[\s\S]*1 problem\(s\):\n {2}- runner 7 was not\n\n1 removed\./);
  });

  it("knows a machine's age from what Proxmox VE notes at its creation", () => {
    assert.equal(createdAt({ meta: "creation-qemu=9.2.0,ctime=1732000000" }), 1732000000);
    assert.equal(createdAt({}), undefined);
  });
});
