import assert from "node:assert/strict";
import { labelDrift, runnerSamples, versionBehind } from "@ghrunners/exporter/fleet/runners";
import { expected, NOW } from "./facts";

describe("GitHub's runners", () => {
  const fleet = { runners: expected, label: "production", knownRunners: ["staging-runner", "delivery-*"] };

  it("are unknown with the environment's label and no name of the configuration: they take its jobs", () => {
    const unknown = (labels: string[], ...names: string[]): number | undefined => {
      const runners = names.map((name) => ({ id: 1, name, online: true, busy: false, labels, version: undefined }));
      return runnerSamples(fleet, runners, [], { lastSeen: {}, firstOffered: {} }, {}, NOW)[0]?.value;
    };
    const ours = ["self-hosted", "Production", "primary"];
    assert.equal(unknown(ours, "runner-1", "staging-runner", "delivery-1"), 0);
    assert.equal(unknown(ours, "staging-runner-2", "delivery", "intruder"), 3);
    assert.equal(unknown(["self-hosted", "staging", "primary"], "runner-of-another-stack"), 0);
    assert.equal(unknown(["self-hosted", "delivery"], "intruder"), 1);
    assert.equal(unknown(["self-hosted"], "somebody-s"), 0);
  });

  it("labels compare without case and order, and count in both directions", () => {
    assert.equal(labelDrift(["X64", "Self-Hosted"], ["self-hosted", "x64"]), 0);
    assert.equal(labelDrift(["a", "b"], ["b", "c", "d"]), 3);
  });

  it("are behind since a newer version was first seen", () => {
    assert.equal(versionBehind("2.336.0", {}, NOW), undefined);
    const offered = { "2.335.1": 10, "2.336.0": NOW - 900, "2.337.0": NOW - 500, "2.338.0": NOW - 100 };
    assert.equal(versionBehind("2.338.0", offered, NOW), 0);
    assert.equal(versionBehind("2.336.0", offered, NOW), 500);
  });

  it("that are not registered have no state", () => {
    const seen = runnerSamples(fleet, [], [], { lastSeen: { "runner-1": 5 }, firstOffered: {} }, {}, NOW);
    assert.deepEqual(
      seen.map(({ metric, value, labels }) => [metric, labels["runner"], value]),
      [
        ["githubRunnersUnknown", undefined, 0],
        ["githubRunnerRegistered", "runner-1", 0],
        ["githubRunnerLastSeenOnline", "runner-1", 5],
        ["githubRunnerRegistered", "runner-2", 0],
      ],
    );
  });
});
