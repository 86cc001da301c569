import assert from "node:assert/strict";
import { commandLine, type Engine } from "@ghrunners/cli/pulumi/engine";
import { mergeStackConfig } from "@ghrunners/cli/pulumi/lab-stack";

const production: Engine = { stack: "production", projectRoot: "/project", prefix: [], pulumi: "pulumi", env: {} };
const lab: Engine = {
  ...production,
  stack: "lab",
  prefix: ["nsenter", "--net=/n"],
  configFile: "/state/Pulumi.lab.yaml",
};

describe("command line of the engine", () => {
  it("adds only the stack where the user answers for himself", () => {
    assert.deepEqual(commandLine(production, ["up", "--expect-no-changes"]), [
      "pulumi",
      "up",
      "--stack",
      "production",
      "--expect-no-changes",
    ]);
    assert.deepEqual(commandLine(production, ["up", "--stack", "other"]), ["pulumi", "up", "--stack", "other"]);
  });

  it("enters the lab, uses its configuration and asks nothing", () => {
    assert.deepEqual(commandLine(lab, ["up"]), [
      ...["nsenter", "--net=/n", "pulumi", "up", "--stack", "lab", "--config-file", "/state/Pulumi.lab.yaml"],
      ...["--yes", "--skip-preview"],
    ]);
  });

  it("runs the program at a destroy, because draining is one of its hooks", () => {
    assert.deepEqual(commandLine(production, ["destroy"]), [
      "pulumi",
      "destroy",
      "--run-program",
      "--stack",
      "production",
    ]);
  });

  it("does not approve what only looks", () => {
    for (const args of [["preview"], ["refresh", "--preview-only"]]) {
      assert.ok(!commandLine(lab, args).some((word) => word === "--yes" || word === "--skip-preview"), args.join(" "));
    }
  });

  it("leaves subcommands without a stack alone", () => {
    assert.deepEqual(commandLine(production, ["version"]), ["pulumi", "version"]);
    assert.deepEqual(commandLine(production, ["stack", "ls"]), ["pulumi", "stack", "ls"]);
  });
});

describe("configuration of the lab's stack", () => {
  const committed = { config: { "ghrunners:a": 1, "ghrunners:hosts": "manage" } };
  const own = {
    encryptionsalt: "v1:x",
    config: { "ghrunners:token": { secure: "v1:y" }, "ghrunners:a": 0, "ghrunners:old": 1 },
  };

  it("takes the committed settings, and from the lab only the salt and the encrypted secrets", () => {
    assert.deepEqual(mergeStackConfig(committed, own, ["ghrunners:token"]), {
      encryptionsalt: "v1:x",
      config: { "ghrunners:a": 1, "ghrunners:hosts": "manage", "ghrunners:token": { secure: "v1:y" } },
    });
  });

  it("lets the mode of the lab override", () => {
    const merged = mergeStackConfig(committed, {}, [], { "ghrunners:hosts": "skip" });
    assert.equal(merged.config?.["ghrunners:hosts"], "skip");
  });
});
