import assert from "node:assert/strict";
import { type Offer, offerOf } from "@ghrunners/core/github/repository-kind";
import type { EngineRun } from "@ghrunners/lab/driver/engine-run";
import { repositoryRows, repositoryTitle } from "@ghrunners/lab/matrix/repositories";
import { repositoryKinds } from "@ghrunners/lab/matrix/repository-kinds";
import { differencesOf, seenIn } from "@ghrunners/lab/matrix/row";
import { templateRows } from "@ghrunners/lab/matrix/templates";

const step = (type: string) => ({ op: "create", type, name: "one", urn: `urn:${type}::one` });
const stack = step("pulumi:pulumi:Stack");
const run = (change: Partial<EngineRun>): EngineRun => ({
  code: 0,
  output: "",
  steps: [stack],
  changes: {},
  ...change,
});

/** As Pulumi 3.276 prints a refusal of the preflight. */
const refusal = `Previewing update (lab):
 +  pulumi:pulumi:Stack ghrunners-lab create preflight: octo-org/demo-app is private.
Diagnostics:
  pulumi-nodejs:dynamic/ghrunners:Preflight (preflight):
    error: pulumi-nodejs:dynamic/ghrunners:Preflight resource 'preflight' has a problem: ghrunners:vm: too small. Next: more
  pulumi:pulumi:Stack (ghrunners-lab):
    preflight: octo-org/demo-app is private.
    error: preview failed

Resources:
    + 1 to create
`;

describe("a row of the matrix", () => {
  it("is refused where nothing was begun, and fails where something was", () => {
    assert.equal(seenIn(run({})).outcome, "goes through");
    assert.equal(seenIn(run({ code: 1, steps: [stack, step("pulumi:providers:github")] })).outcome, "refused");
    assert.equal(seenIn(run({ code: 1, steps: [stack, step("proxmoxve:index:VmLegacy")] })).outcome, "fails");
  });

  it("has what the run said, without what Pulumi puts around it", () =>
    assert.deepEqual(seenIn(run({ code: 1, output: refusal })).words, [
      "ghrunners:vm: too small. Next: more",
      "octo-org/demo-app is private.",
    ]));

  it("differs by another outcome, and by words that are not said in one line", () => {
    const seen = seenIn(run({ code: 1, output: refusal }));
    assert.deepEqual(differencesOf({ outcome: "refused", says: ["too small. Next: more"] }, seen), []);
    assert.deepEqual(differencesOf({ outcome: "goes through", says: ["too small. Next: more octo-org"] }, seen), [
      'seen "refused", expected "goes through"',
      'expected the words "too small. Next: more octo-org"',
    ]);
  });
});

describe("the rows of the matrix", () => {
  it("have every kind of repository, and expect nothing that this kind does not get", () => {
    const told = new Set(repositoryRows.map(({ kind }) => kind));
    assert.deepEqual([...told].sort(), Object.keys(repositoryKinds).sort());
    for (const row of repositoryRows) {
      const { type, plan, private: isPrivate } = repositoryKinds[row.kind];
      const owner = type === "User" ? "person" : "organization";
      const offer: Offer = offerOf({ private: isPrivate, owner, plan, onGitHubCom: true });
      const beyond = row.has.filter((feature) => offer[feature] !== "yes");
      assert.deepEqual(beyond, [], repositoryTitle(row));
    }
  });

  it("name the words of each refusal", () => {
    for (const { outcome, says } of [...repositoryRows, ...templateRows])
      assert.ok(outcome === "goes through" || says.length > 0);
  });
});
