import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { parsePlan, readPlan } from "@ghrunners/deploy/plan/parse";

const text = readFileSync(path.join(projectRoot, "lab/demo-app/deployment.yaml"), "utf8");

describe("a deployment plan", () => {
  it("of the demo application is one", () => {
    assert.equal(parsePlan("deployment.yaml", text).releases, "/opt/demo-app/releases");
  });

  for (const [name, from, to, words] of [
    [
      "a file from outside of the release",
      "from: site.conf",
      "from: ../../../etc/shadow",
      /from: expected a relative path/,
    ],
    ["a file by its absolute path", "from: site.conf", "from: /etc/shadow", /from: expected a relative path/],
    [
      "the root folder as releases",
      "releases: /opt/demo-app/releases",
      "releases: /",
      /releases: expected an absolute path/,
    ],
    [
      "a folder of the system as releases",
      "releases: /opt/demo-app/releases",
      "releases: /opt",
      /releases: expected an ab/,
    ],
    [
      "releases that lead out of their folder",
      "/opt/demo-app/releases",
      "/opt/demo-app/../..",
      /releases: expected an abso/,
    ],
    [
      "a slash at the end",
      "current: /opt/demo-app/current",
      "current: /opt/demo-app/current/",
      /current: expected an abso/,
    ],
    [
      "the releases as the link",
      "current: /opt/demo-app/current",
      "current: /opt/demo-app/releases",
      /are inside each other/,
    ],
    [
      "a file in a release",
      "to: /etc/nginx/sites-enabled/default",
      "to: /opt/demo-app/releases/1/x",
      /are inside each other/,
    ],
    [
      "a file in the agent's folder",
      "to: /etc/nginx/sites-enabled/default",
      "to: /opt/ghrunners/deploy/x",
      /agent's own/,
    ],
    [
      "an artefact from another folder",
      'file: "demo-app',
      'file: "../demo-app',
      /artefact\.file: expected a relative path/,
    ],
    ["an empty name of the artefact", 'file: "demo-app-{version}.tar.gz"', 'file: ""', /artefact\.file: expected/],
    ["an empty environment", "environment: production", 'environment: ""', /environment: expected one line/],
    ["a target with a blank", "targets: [app]", 'targets: ["a b"]', /targets\.0: expected a name of the stack's/],
  ] as const)
    it(`is refused with ${name}`, () => {
      assert.notEqual(text.replace(from, to), text);
      assert.throws(() => parsePlan("deployment.yaml", text.replace(from, to)), words);
    });

  it("is refused with every problem at once, each with its place", () => {
    const refusal = (given: string): string => {
      try {
        parsePlan("ops/deployment.yaml", given);
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    };
    assert.equal(
      refusal(text.replace("targets: [app]", 'targets: ["a b"]')),
      "The deployment plan ops/deployment.yaml has 1 problem:\n  targets.0: expected a name of the stack's setting ghrunners:targets",
    );
    assert.match(
      refusal(text.replace("targets: [app]", 'targets: ["a b"]').replace("environment: production", 'environment: ""')),
      /has 2 problems:\n  environment: expected one line[^\n]*\n  targets\.0: expected/,
    );
    assert.match(refusal("[]"), /has 1 problem:\n  \(the plan\): /);
  });

  it("is read from its file", () => {
    const file = path.join(projectRoot, "lab/demo-app/deployment.yaml");
    assert.deepEqual(readPlan(file), parsePlan(file, text));
  });

  it("is named where it is not even YAML", () => {
    assert.throws(
      () => parsePlan("ops/deployment.yaml", "steps: [\n  - a: b: c"),
      /^Error: The deployment plan ops\/deployment\.yaml is not valid YAML: (.|\n)*\S$/,
    );
  });

  it("is named where it cannot be read", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "ghr-plan-"));
    try {
      symlinkSync("nowhere", path.join(folder, "link.yaml"));
      for (const file of [folder, path.join(folder, "missing.yaml"), path.join(folder, "link.yaml")])
        assert.throws(
          () => readPlan(file),
          ({ message }: Error) => message.startsWith(`The deployment plan ${file} cannot be read: `),
        );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
