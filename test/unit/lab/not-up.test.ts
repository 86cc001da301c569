import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { nodeLine } from "@ghrunners/core/node-line";
import { runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { activeFaults, clearFault, setFault } from "@ghrunners/lab/fault-commands";
import { type Instance, instanceNamed } from "@ghrunners/lab/instance";
import { enterLab } from "@ghrunners/lab/pulumi/open";

describe("a lab that is not up", () => {
  let folder: string;
  let instance: Instance;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-down-"));
    instance = instanceNamed("absent", { cache: path.join(folder, "cache"), state: path.join(folder, "state") });
  });
  after(() => rmSync(folder, { recursive: true }));
  const say = (line: string): void => assert.fail(`it said: ${line}`);

  it("is not brought up by a command that only looks, which says what does", async () => {
    await assert.rejects(enterLab(instance, say), {
      message: 'The lab "absent" is not up. Expected a running one. Next: npm run lab -- up',
    });
    assert.ok(!existsSync(instance.state), "a state folder was made");
  });

  it("takes no fault, shows none and ends none, and says what brings it up", async () => {
    const words = { message: 'The lab "absent" is not up. Bring it up with: npm run lab -- up' };
    await assert.rejects(setFault(instance, "stop", "primary"), words);
    await assert.rejects(activeFaults(instance), words);
    await assert.rejects(clearFault(instance, say), words);
    await assert.rejects(clearFault(instance, say, "stop", "primary"), words);
    assert.ok(!existsSync(instance.state), "a state folder was made");
  });

  it("is named in the help of what disturbs a lab, so that nobody takes it for a stack's", async () => {
    const { code, stdout } = await runProcess(nodeLine("lab/scenarios/main.ts", "--help"), {
      cwd: projectRoot,
      env: process.env,
    });
    assert.equal(code, 0);
    assert.match(stdout.replace(/\s+/g, " "), /Disturbs deployments on the lab named by GHRUNNERS_LAB, /);
  });
});
