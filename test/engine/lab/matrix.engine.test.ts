import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { npmScriptLine } from "@ghrunners/core/node-line";
import { runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { engineProcesses } from "@ghrunners/lab/abandoned";
import { instanceNamed } from "@ghrunners/lab/instance";
import { matrixLab } from "@ghrunners/lab/matrix/command";
import { repositoryRows } from "@ghrunners/lab/matrix/repositories";
import type { Matrix } from "@ghrunners/lab/matrix/run";
import { templateRows } from "@ghrunners/lab/matrix/templates";
import { labStack } from "@ghrunners/lab/pulumi/stack-files";

/** Of its own for each run: a name decides the loopback ports. Its first three letters count. */
const name = `m${(process.pid % 1296).toString(36)}`;

/** The command as a person runs it: every row is a run of the real engine. */
describe("the matrix of repositories and templates", function () {
  // A minute and a half of computing, beside the other layers.
  this.timeout(900_000);
  const state = mkdtempSync(path.join(tmpdir(), "ghr-matrix-"));
  const env = { ...process.env, GHRUNNERS_LAB: name, XDG_STATE_HOME: state };
  const instance = instanceNamed(matrixLab(name), { cache: "", state: path.join(state, "ghrunners") });
  const line = npmScriptLine("lab", "matrix", "--json");
  after(() => rmSync(state, { recursive: true, force: true }));

  const assertNothingLeft = (): void => {
    assert.equal(existsSync(instance.state), false, "the lab's state is left");
    assert.equal(
      existsSync(path.join(projectRoot, `Pulumi.${labStack(instance)}.yaml`)),
      false,
      "its stack file is left",
    );
    assert.deepEqual(engineProcesses(instance), []);
  };

  it("takes the lab down at Ctrl-C, while the engine runs", async () => {
    const child = spawn(line[0] as string, line.slice(1), {
      cwd: projectRoot,
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    let isAsked = false;
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (isAsked || !said.includes("as expected")) return;
      isAsked = true;
      child.kill("SIGINT");
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    assert.equal(code, 1, said);
    assert.match(said, /Error: Ended by SIGINT\. Nothing of the lab "[a-z0-9]+-matrix" is left\./);
    assertNothingLeft();
  });

  it("has every row as expected, and leaves nothing", async () => {
    const { code, stdout, stderr } = await runProcess(line, { cwd: projectRoot, env });
    assert.equal(code, 0, stderr);
    const { repositories, templates } = JSON.parse(stdout) as Matrix;
    assert.deepEqual([repositories.length, templates.length], [repositoryRows.length, templateRows.length]);
    assert.deepEqual(
      [...repositories, ...templates].flatMap(({ differences }) => differences),
      [],
    );
    assertNothingLeft();
  });
});
