import assert from "node:assert/strict";
import { type PromotedSettings, proofSettings } from "@ghrunners/config/arguments/promotion";
import { unmetDemands } from "@ghrunners/config/unmet-demands";
import { diffProof, type StagingProofState } from "@ghrunners/components/resources/staging-proof";
import { type Proof, settingsDigest } from "@ghrunners/core/promotion/proof";

const now = new Date("2026-03-01T12:00:00Z");
const settings: PromotedSettings = {
  github: { url: "https://github.com", repository: "octo-org/demo-app", writeDelayMs: 0 },
  agent: { version: "2.336.0", extraLabels: [], allowedEvents: ["push"], allowedRefs: ["refs/heads/*"] },
  proxmox: { endpoint: "https://pve.example/", node: "pve1", templateId: 9000, storage: "local", bridge: "vmbr0" },
  hosts: "skip",
};
const proof: Proof = {
  version: 1,
  at: "2026-03-01T10:00:00Z",
  stack: "staging",
  commit: "c1",
  settings: proofSettings(settings, null),
  settingsDigest: settingsDigest(proofSettings(settings, null)),
  healthy: true,
  gate: null,
  smoke: null,
};

describe("what production demands of a change", () => {
  const promotion = { from: "staging", prove: false, maxAgeHours: 24 };
  const unmet = (changed: string[], given: Proof | undefined) =>
    unmetDemands({ ...settings, promotion }, { id: "c1", changed }, given, now);

  it("is met by a commit and a fresh proof of it", () => assert.deepEqual(unmet([], proof), []));

  it("is a proof, and says which stack gives it", () => {
    const [only, ...more] = unmet([], undefined);
    assert.deepEqual(more, []);
    assert.equal(only?.demand, "proof");
    assert.match(only.text, /stack staging has not proved this change: there is no proof\. Expected/);
    assert.match(only.next, /pulumi up --stack staging from the same commit/);
  });

  it("is a commit, and names a few of the changed files", () => {
    const files = ["a", "b", "c", "d", "e", "f"];
    const [only] = unmet(files, proof);
    assert.equal(only?.demand, "commit");
    assert.match(only.text, /6 tracked files are changed \(a, b, c, d, e, \.\.\.\)\. Expected a commit\./);
  });

  it("names five changed files at most, and both demands at once", () => {
    const files = ["a", "b", "c", "d", "e"];
    assert.deepEqual(unmet(files, undefined), [
      {
        demand: "commit",
        text: "5 tracked files are changed (a, b, c, d, e). Expected a commit.",
        next: "git commit",
      },
      {
        demand: "proof",
        text:
          "The stack staging has not proved this change: there is no proof. " +
          "Expected a fresh proof for this commit and these settings.",
        next: "pulumi up --stack staging from the same commit (with ghrunners:promotion.prove true there)",
      },
    ]);
    const [only] = unmet([], { ...proof, commit: "c2", healthy: false });
    assert.match(only?.text ?? "", /has not proved this change: [^;]+; [^;]+\. Expected/);
  });

  it("is met with whichever version is proved, where the settings name none", () => {
    const agent = { ...settings.agent, version: undefined };
    assert.deepEqual(unmetDemands({ ...settings, promotion, agent }, { id: "c1", changed: [] }, proof, now), []);
  });

  it("is of the same settings as the proof", () => {
    const other = { ...settings, promotion, agent: { ...settings.agent, version: "2.340.0" } };
    const [only] = unmetDemands(other, { id: "c1", changed: [] }, proof, now);
    assert.match(only?.text ?? "", /runnerVersion "2\.336\.0" there, "2\.340\.0" here/);
  });
});

describe("the diff of a proof", () => {
  const subject = {
    runnerName: "one",
    runnerId: 7,
    labels: ["staging"],
    version: "2.336.0",
    unit: "a.service",
    host: { host: "192.0.2.51", user: "runner", hostKey: "k" },
    revision: "r1",
  };
  const state: StagingProofState = {
    githubUrl: "https://github.com",
    repository: "octo-org/demo-app",
    proxmox: { endpoint: "https://pve.example/", node: "pve1" },
    stack: "staging",
    commit: "c1",
    settings: proof.settings,
    maxAgeHours: 24,
    machines: [{ name: "one", vmId: 161 }],
    subjects: [subject],
    smoke: { workflow: "runner-smoke.yml", timeoutSeconds: 300 },
    onlineSeconds: 120,
    gate: null,
    proof,
  };
  const changes = (change: Partial<StagingProofState>, at = now): boolean =>
    diffProof(state, { ...state, ...change }, at);

  it("sees nothing in a run without changes, limits included", () => {
    assert.equal(changes({}), false);
    assert.equal(changes({ onlineSeconds: 60 }), false);
  });

  it("sees another commit, other settings, another runner, another job and its age", () => {
    assert.equal(changes({ commit: "c2" }), true);
    assert.equal(changes({ settings: { ...proof.settings, templateId: 9001 } }), true);
    assert.equal(changes({ subjects: [{ ...subject, revision: "r2" }] }), true);
    assert.equal(changes({ machines: [] }), true);
    assert.equal(changes({ smoke: { ...state.smoke, workflow: "other.yml" } }), true);
    assert.equal(changes({}, new Date("2026-03-01T22:01:00Z")), true);
    assert.equal(changes({}, new Date("2026-03-01T21:59:00Z")), false);
  });
});
