import assert from "node:assert/strict";
import { withStack } from "@ghrunners/cli/pulumi/run";
import { stackFile } from "@ghrunners/cli/pulumi/stack";
import { instanceNamed } from "@ghrunners/lab/instance";
import { type LabSession, pulumiLine } from "@ghrunners/lab/pulumi/session";
import { labStack } from "@ghrunners/lab/pulumi/stack-files";

describe("pulumi for a stack", () => {
  it("names the stack where the person has not", () => {
    assert.deepEqual(withStack(["up"], { name: "production" }), ["up", "--stack", "production"]);
    for (const named of [["--stack", "other"], ["--stack=other"], ["-s", "other"]])
      assert.deepEqual(withStack(["up", ...named], { name: "production" }), ["up", ...named]);
  });

  it("finds the stack's file by the last part of its name", () => {
    assert.equal(stackFile({ name: "acme/ghrunners/staging", projectRoot: "/x" }), "/x/Pulumi.staging.yaml");
  });
});

describe("pulumi inside the lab", () => {
  const session = { prefix: ["nsenter", "--net=/n"] } as unknown as LabSession;

  it("enters the lab's network and runs without questions", () => {
    assert.deepEqual(pulumiLine(session, ["up", "--expect-no-changes"]), [
      ...["nsenter", "--net=/n", "pulumi", "up", "--yes", "--skip-preview", "--expect-no-changes"],
    ]);
    assert.deepEqual(pulumiLine(session, ["up", "--plan", "f"]).slice(3), ["up", "--yes", "--plan", "f"]);
  });

  it("does not confirm a read-only command", () => {
    for (const args of [["preview"], ["refresh", "--preview-only"], ["stack", "export"]])
      assert.deepEqual(pulumiLine(session, args), ["nsenter", "--net=/n", "pulumi", ...args]);
  });

  it("gives each lab in one checkout a stack of its own", () => {
    assert.equal(labStack(instanceNamed("lab")), "lab");
    assert.equal(labStack(instanceNamed("lab"), "staging"), "lab-staging");
    assert.equal(labStack(instanceNamed("test-2")), "lab-test-2");
  });
});
