import assert from "node:assert/strict";
import { choiceStatus, gradeProblems } from "@ghrunners/cli/status/choice";
import { choose } from "@ghrunners/failover/choice/choose";
import { choiceText } from "@ghrunners/failover/choice/deploy-runner";
import { policy, runner, type HostFixture } from "../../failover/choice/support/runners";

const at = new Date("2026-11-22T10:00:00Z");

describe("grades of runners in the status", () => {
  const cases: [Partial<HostFixture>, RegExp | null][] = [
    [
      { unusableFolders: ["_work"] },
      /^runner primary is unusable for deployments: jobs cannot use _work.* Next: ghrunners doctor$/,
    ],
    [
      { inodesUsedPercent: 100 },
      /^runner primary is unusable for deployments: 100\.0 % of its disk's inodes.* Next: ghrunners doctor$/,
    ],
    [{ inodesUsedPercent: 90 }, /^runner primary is degraded for deployments: 90 % of its disk's inodes/],
    [{ sshActive: false }, /^runner primary is degraded for deployments: its SSH server does not run/],
    [
      { sudoUsable: false },
      /^runner primary is degraded for deployments: sudo refuses its operator.* ghrunners doctor$/,
    ],
    [{ sshActive: null }, /whether its SSH server runs is not known/],
    [{ diskUsedPercent: 90 }, null],
    [{}, null],
  ];

  it("are a problem for a runner that GitHub shows online and that jobs cannot use, while they are news", () => {
    for (const [host, problem] of cases) {
      const decision = choose([runner("primary", host), runner("secondary")], policy, at);
      const seen = (time: Date) => choiceStatus(choiceText(decision), undefined, time, []);
      const found = gradeProblems(seen(at));
      assert.equal(found.length, problem === null ? 0 : 1, found.join());
      if (problem !== null) assert.match(found[0] ?? "", problem);
      assert.deepEqual(seen(at).runners, decision.runners);
      const expired = seen(new Date(decision.expiresAt));
      assert.deepEqual([expired.runners, gradeProblems(expired)], [[], []]);
    }
  });

  it("name the smoke job of a runner on which deployments fail", () => {
    const suspect = runner("secondary", {}, { suspectAfterFailures: 3 });
    const decision = choose([runner("primary"), suspect], policy, at);
    assert.deepEqual(gradeProblems(choiceStatus(choiceText(decision), undefined, at, [])), [
      "runner secondary is degraded for deployments: its last 3 deployment jobs failed, and not those of another " +
        "runner. Next: ghrunners smoke --role secondary",
    ]);
  });

  it("are shown while no runner may deploy, too", () => {
    const refused = choose([runner("primary", { unusableFolders: ["_work"] })], policy, at);
    const problems = gradeProblems(choiceStatus(choiceText(refused), undefined, at, []));
    assert.match(problems.join(), /^runner primary is unusable/);
  });
});
