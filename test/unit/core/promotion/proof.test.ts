import assert from "node:assert/strict";
import fc from "fast-check";
import {
  isDue,
  objections,
  type Proof,
  type ProofDemand,
  type ProofSettings,
  settingsDigest,
} from "@ghrunners/core/promotion/proof";

const now = new Date("2026-03-01T12:00:00Z");
const settings: ProofSettings = {
  repository: "octo-org/demo-app",
  runnerVersion: "2.336.0",
  runnerArchive: null,
  templateId: 9000,
  hosts: "manage",
};
const proof: Proof = {
  version: 1,
  at: "2026-03-01T10:00:00Z",
  stack: "staging",
  commit: "c1",
  settings,
  settingsDigest: settingsDigest(settings),
  healthy: true,
  gate: null,
  smoke: { runner: "staging-runner", conclusion: "success", url: "https://github.example/1" },
};
const demand: ProofDemand = { commit: "c1", settings, maxAgeHours: 24, now };
const withSettings = (changed: Partial<ProofSettings>): Pick<Proof, "settings" | "settingsDigest"> => {
  const other = { ...settings, ...changed };
  return { settings: other, settingsDigest: settingsDigest(other) };
};

describe("the proof of another stack", () => {
  it("allows the promotion when it is fresh and for this commit and these settings", () =>
    assert.deepEqual(objections(proof, demand), []));

  const refused: [string, Proof | undefined, RegExp][] = [
    ["no proof", undefined, /there is no proof/],
    ["an old one", { ...proof, at: "2026-02-28T11:00:00Z" }, /25\.0 h old, expected at most 24 h/],
    ["one from the future", { ...proof, at: "2026-03-01T12:10:00Z" }, /old, expected/],
    ["one without a time", { ...proof, at: "yesterday" }, /of unreadable age/],
    ["another commit's", { ...proof, commit: "c0" }, /for commit c0, and this is c1/],
    [
      "another repository's",
      { ...proof, ...withSettings({ repository: "octo-org/other" }) },
      /repository "octo-org\/other"/,
    ],
    [
      "another version's",
      { ...proof, ...withSettings({ runnerVersion: "2.335.0" }) },
      /runnerVersion "2\.335\.0" there/,
    ],
    [
      "one of machines without guests",
      { ...proof, ...withSettings({ hosts: "skip" }), smoke: null },
      /hosts "skip" there/,
    ],
    ["an unhealthy one", { ...proof, healthy: false }, /not healthy/],
    ["one without a job", { ...proof, smoke: null }, /none ran/],
    ["one whose job failed", { ...proof, smoke: { ...proof.smoke!, conclusion: "failure" } }, /failure/],
    ["one of another format", { ...proof, version: 2 as 1 }, /version 2, expected 1/],
  ];
  for (const [what, given, words] of refused) {
    it(`is refused: ${what}`, () => assert.match(objections(given, demand).join("; "), words));
  }

  it("needs no job where there are no guests", () => {
    const without = { ...proof, ...withSettings({ hosts: "skip" }), smoke: null };
    assert.deepEqual(objections(without, { ...demand, settings: { ...settings, hosts: "skip" } }), []);
  });

  it("is fresh exactly until its age is over", () => {
    fc.assert(
      fc.property(fc.integer({ min: -3_000, max: 3_000 }), fc.integer({ min: 1, max: 40 }), (minutes, maxAgeHours) => {
        const at = new Date(now.getTime() - minutes * 60_000).toISOString();
        const fresh = minutes >= 0 && minutes <= maxAgeHours * 60;
        assert.equal(objections({ ...proof, at }, { ...demand, maxAgeHours }).length === 0, fresh);
        if (!fresh)
          assert.ok(isDue({ ...proof, at }, { ...demand, maxAgeHours }), "not taken again although it is no good");
      }),
    );
  });

  it("is taken again for another commit, other settings, and beyond half its age", () => {
    assert.equal(isDue(proof, demand), false);
    assert.equal(isDue({ ...proof, commit: "c0" }, demand), true);
    assert.equal(isDue({ ...proof, ...withSettings({ templateId: 9001 }) }, demand), true);
    assert.equal(isDue({ ...proof, at: "2026-02-28T23:59:00Z" }, demand), true);
    assert.equal(isDue({ ...proof, at: "2026-03-01T00:01:00Z" }, demand), false);
    assert.equal(isDue({ ...proof, at: "yesterday" }, demand), true);
  });
});
