import assert from "node:assert/strict";
import { workflowInputs } from "@ghrunners/cli/deploy/through-github";
import type { Version } from "@ghrunners/deploy/protocol/values";

describe("a deployment through GitHub starts the workflow", () => {
  const wanted = { version: "2" as Version, runner: "auto" };

  it("with the runners' label where the environment has another name", () =>
    assert.deepEqual(workflowInputs({ environment: "lab", name: "live" }, wanted), {
      ...{ version: "2", runner: "auto" },
      ...{ environment: "live", label: "lab" },
    }));

  it("without it where the label is the environment's name", () => {
    const inputs = { version: "2", runner: "auto", environment: "lab" };
    assert.deepEqual(workflowInputs({ environment: "lab", name: undefined }, wanted), inputs);
    assert.deepEqual(workflowInputs({ environment: "lab", name: "lab" }, wanted), inputs);
  });
});
