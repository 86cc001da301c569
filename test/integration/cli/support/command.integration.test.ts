import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { SupportReport } from "@ghrunners/cli/support/render";
import { nodeLine } from "@ghrunners/core/node-line";
import { runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { standInPulumi } from "../../../support/stand-in-pulumi";

const token = "11111111-2222-3333-4444-555555555555";

/** The stand-in shows the secrets always, so every text that holds the configuration holds them. */
const cases = `*export*) echo '{"deployment":{"resources":[{"urn":"urn:one","type":"a"}]}}' ;;`;

describe("ghrunners support for a stack whose configuration is wrong", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(path.join(tmpdir(), "ghr-support-command-"));
  let env: NodeJS.ProcessEnv;
  const support = (...args: string[]) => {
    const line = nodeLine("packages/cli/main.ts", "support", "--stack", "acme", ...args);
    return runProcess(line, {
      cwd: projectRoot,
      env: { ...process.env, ...env },
    });
  };

  before(() => {
    const config = {
      "ghrunners:runnners": { objectValue: [], secret: false },
      "ghrunners:proxmoxToken": { value: `pulumi@pve!ghrunners=${token}`, secret: true },
    };
    env = standInPulumi(folder, config, cases);
  });
  after(() => rmSync(folder, { recursive: true }));

  it("writes what needs no settings, says why the rest is missing, and shows no secret", async () => {
    const file = path.join(folder, "support.tar.gz");
    const { code, stdout, all } = await support("--output", file, "--json");
    assert.equal(code, 0, all);
    const report = JSON.parse(stdout) as SupportReport;
    assert.deepEqual(
      report.parts.map((part) => part.file),
      ["versions.json", "configuration.json", "outputs.json", "resources.json", "doctor.json"],
    );
    assert.deepEqual(
      report.missing.map((part) => part.file),
      ["status.json", "drift.json", "hosts, deployments, gate, alerts and runs"],
    );
    for (const { reason } of report.missing)
      assert.match(reason, /^The configuration of stack "acme" has \d+ problems/);
    const texts = execFileSync("tar", ["-xzOf", file], { encoding: "utf8" });
    assert.match(texts, /\[REDACTED proxmoxToken\]/);
    assert.ok(!texts.includes(token), texts);
  });

  it("takes no name of a file that exists, and no file together with --list", async () => {
    const existing = path.join(folder, "config.json");
    for (const args of [
      ["--output", existing],
      ["--output", "new.tar.gz", "--list"],
    ]) {
      const { code, stderr } = await support(...args);
      assert.equal(code, 2);
      assert.match(stderr, /exists already\. Expected the name of a new file|Expected only one of them/);
    }
  });
});
