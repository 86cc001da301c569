import assert from "node:assert/strict";
import { projectRoot } from "@ghrunners/core/project-root";
import { runProcess, type Finished } from "@ghrunners/core/process";
import { refusal } from "../../../support/refused-arguments";

describe("ghrunners deploy", function () {
  this.timeout(60_000);

  const command = (...args: string[]): Promise<Finished> =>
    runProcess([process.execPath, "--require", "tsx/cjs", "packages/cli/main.ts", "deploy", ...args], {
      cwd: projectRoot,
      env: { PATH: process.env.PATH, PULUMI_STACK: "none" },
    });

  for (const version of ["", "..", "../../../tmp/evil", "-rf"])
    it(`refuses the version ${JSON.stringify(version)} as wrong use, before any stack is read`, async () => {
      for (const how of ["--check", "--retry-rollback"]) {
        const { code, stderr } = await refusal("deploy", `--version=${version}`, how);
        assert.deepEqual(
          [code, /--version <version>.* is not a version\. Expected a version such as 2/m.test(stderr)],
          [2, true],
          stderr,
        );
      }
    });

  it("refuses --check together with --retry-rollback: a check changes nothing", async () => {
    const { code, all } = await command("--version", "2", "--check", "--retry-rollback");
    assert.deepEqual(
      [code, all.startsWith("--check changes nothing, and --retry-rollback changes the target.")],
      [2, true],
      all,
    );
  });
});
