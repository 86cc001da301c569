import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { nodeLine } from "@ghrunners/core/node-line";
import { runProcess, type Finished } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";

describe("the deployer as one file", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(path.join(tmpdir(), "ghr-deployer-"));
  const file = path.join(folder, "deployer.cjs");
  after(() => rmSync(folder, { recursive: true }));

  const ghrunners = (...args: string[]): Promise<Finished> =>
    runProcess(nodeLine("packages/cli/main.ts", ...args), { cwd: projectRoot, env: process.env });
  // Where there is nothing but the file.
  const deployer = (args: readonly string[], env: NodeJS.ProcessEnv = {}, input = ""): Promise<Finished> =>
    runProcess([process.execPath, file, ...args], { cwd: folder, env: { PATH: process.env.PATH, ...env }, input });

  it("is written with its SHA-256", async () => {
    const { code, stdout, all } = await ghrunners("deploy", "--bundle", file);
    assert.equal(code, 0, all);
    const sum = createHash("sha256").update(readFileSync(file)).digest("hex");
    assert.equal(stdout, `${sum}  ${file}\n`);
  });

  it("starts without packages, and says what is missing", async () => {
    assert.match((await deployer(["--help"])).stdout, /usage: node deployer\.cjs deploy/);
    assert.equal((await deployer(["deploy"])).code, 2);
    const { code, stdout } = await deployer(["deploy", "--plan", "x.yaml", "--version", "2"]);
    assert.deepEqual(
      [code, stdout],
      [
        1,
        "::error title=Deployment::There is no private key on standard input. Expected the environment's secret DEPLOY_KEY.\n",
      ],
    );
    const known = await deployer(["deploy", "--plan", "x.yaml", "--version", "2"], {}, "key");
    assert.match(known.stdout, /GATE_LABELS is not set\. Expected the workflow to set it/);
  });

  for (const version of ["", "..", "../../../tmp/evil", "-rf"])
    it(`refuses the version ${JSON.stringify(version)}, which a workflow's input has if none was given`, async () => {
      const { code, stdout } = await deployer(["deploy", "--plan", "x.yaml", `--version=${version}`], {}, "key");
      assert.equal(code, 2);
      assert.match(stdout, /^::error title=Deployment::.* is not a version\. Expected a version such as 2/);
    });

  it("refuses a bundle whose deployment id is a path", async () => {
    const { code, stdout } = await deployer(["report", "--plan", "x.yaml", "--id", "../../etc"], {}, "key");
    assert.equal(code, 1);
    assert.match(stdout, /x\.yaml cannot be read|is not a deployment id/);
  });
});
