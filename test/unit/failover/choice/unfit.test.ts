import assert from "node:assert/strict";
import { choose } from "@ghrunners/failover/choice/choose";
import { policy, runner } from "./support/runners";

const now = new Date("2026-01-01T00:00:00Z");

describe("a runner that works and that jobs cannot use", () => {
  it("takes no runner whose disk has no inodes, or whose folders jobs cannot use, not even as the last one", () => {
    for (const host of [{ inodesUsedPercent: 99 }, { unusableFolders: ["_diag", "_work"] }]) {
      const decision = choose([runner("primary", host), runner("secondary", null)], policy, now);
      assert.deepEqual([decision.runner, decision.reason], [null, "refused"], JSON.stringify(host));
      assert.match(
        decision.explanation,
        /primary: unusable, (99\.0 % of its disk's inodes|jobs cannot use _diag, _work)/,
      );
    }
    const unknown = { unusableFolders: null, sshActive: null, sudoUsable: null, inodesUsedPercent: null };
    const decision = choose([runner("primary", unknown), runner("secondary", unknown)], policy, now);
    assert.deepEqual([decision.runner, decision.reason], ["primary", "primary_degraded"], "an update of the exporters");
  });

  it("grades by what is worst, wherever its cause stands", () => {
    const [judged] = choose([runner("primary", { version: null, unusableFolders: ["_work"] })], policy, now).runners;
    assert.deepEqual([judged?.grade, judged?.cause], ["unusable", "work_folder"]);
    assert.deepEqual(judged?.reasons, ["jobs cannot use _work: no job can start", "its version is not known"]);
    const full = { unusableFolders: null, inodesUsedPercent: 100 };
    const [other] = choose([runner("primary", full)], policy, now).runners;
    assert.deepEqual([other?.grade, other?.cause], ["unusable", "inodes"]);
  });
});
