import assert from "node:assert/strict";
import { layerNames, usualLayers } from "../../support/layers";
import { layerOf, testFiles } from "../../support/test-files";

describe("the layers of the tests", () => {
  it("run where none is named, but for two that take long", () => {
    assert.deepEqual(
      layerNames.filter((name) => !usualLayers.includes(name)),
      ["long", "prometheus3"],
    );
  });

  it("have all test files between them", () => {
    const strays = testFiles.filter((file) => !layerNames.includes(layerOf(file)));
    assert.deepEqual(strays, []);
    assert.equal(layerOf("test/rehearsal/long/doctor.test.ts"), "long");
    assert.equal(layerOf("test/rehearsal/failover.test.ts"), "rehearsal");
  });
});
