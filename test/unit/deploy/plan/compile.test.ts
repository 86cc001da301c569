import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { compile, deploymentId, sumOf } from "@ghrunners/deploy/plan/compile";
import { parsePlan } from "@ghrunners/deploy/plan/parse";
import { parseDeploymentId, parseVersion } from "@ghrunners/deploy/protocol/values";

describe("a compiled plan", () => {
  it("is the plan without what only the deployer needs, and with what this deployment is", () => {
    const plan = parsePlan("plan", readFileSync(path.join(projectRoot, "lab/demo-app/deployment.yaml"), "utf8"));
    const { application, environment, releases, current, steps, health, smoke, limits } = plan;
    const deployment = {
      id: parseDeploymentId("d1"),
      version: parseVersion("2"),
      owner: "octocat@runner-1",
      artefact: { sha256: "0".repeat(64), bytes: 5 },
      origin: { run: "https://github.example/run" },
    };
    assert.deepEqual(compile(plan, "app", deployment), {
      format: 1,
      ...deployment,
      ...{ application, environment, releases, current, steps, health, limits },
      target: "app",
      smoke: smoke.map((test) => ({ ...test, category: "smoke" })),
    });
    assert.ok(smoke.length > 0);
  });

  it("has an id of the time to the second and a random part", () => {
    assert.equal(deploymentId(new Date("2026-11-22T08:15:00.987Z"), "1f2e"), "20261122T081500Z-1f2e");
    assert.throws(() => deploymentId(new Date(0), "a/b"), /is not a deployment id/);
  });
});

describe("the checksum of an artefact", () => {
  const [one, two] = ["a1".repeat(32), "b2".repeat(32)];

  it("is the one of its own line, in the text or the binary form of sha256sum", () => {
    const sums = `${one}  app-1.tar.gz\n${two} *app-2.tar.gz\n`;
    assert.equal(sumOf(sums, "app-1.tar.gz"), one);
    assert.equal(sumOf(sums, "app-2.tar.gz"), two);
  });

  for (const [name, sums] of [
    ["no line", ""],
    ["a line of another file", `${one}  app-1.tar.gz.sig`],
    ["a longer sum", `a${one}  app`],
    ["a shorter sum", `${one.slice(1)}  app`],
    ["a sum in capitals", `${one.toUpperCase()}  app`],
    ["one blank", `${one} app`],
    ["something before it", ` ${one}  app`],
    ["something after it", `${one}  app\r`],
  ] as const)
    it(`is not found in ${name}, and the error says so`, () => {
      assert.throws(() => sumOf(sums, "app"), {
        message: 'No SHA-256 of app was found. Expected a line "SUM  app", as sha256sum prints it.',
      });
    });
});
