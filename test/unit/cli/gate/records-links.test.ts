import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { renderScript } from "@ghrunners/core/ssh/render-script";

/** Scripts that run as root, and read what the switch and the exporter have written into folders of their own. */
describe("records of a service, which root reads as the service's user", function () {
  this.timeout(60_000);
  let scratch: string;
  let state: string;

  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });
  beforeEach(() => {
    scratch = mkdtempSync(path.join(tmpdir(), "ghr-records-"));
    chmodSync(scratch, 0o755);
    state = path.join(scratch, "state");
    mkdirSync(state, { mode: 0o700 });
    writeFileSync(path.join(scratch, "secret"), "only-root-reads-this\n", { mode: 0o600 });
    for (const name of ["decision", "state", "history", "updates"])
      writeFileSync(path.join(state, name), `${name} of the service\nsecond line\n`);
    spawnSync("chown", ["-R", "nobody:", state]);
  });
  afterEach(() => rmSync(scratch, { recursive: true }));

  function look(script: string, parameters: Record<string, string>): string {
    const text = readFileSync(path.join(projectRoot, "packages/cli", script), "utf8");
    const input = renderScript(text, parameters);
    const { stdout, stderr } = spawnSync("bash", ["-s", "--", "look"], { input, encoding: "utf8", timeout: 30_000 });
    return `${stdout}${stderr}`;
  }
  const decisions = (): string =>
    look("gate/scripts/read-decisions.sh", {
      ...{ UNIT: "none.service", STATE: state, CHANGES: "1" },
      ...{ DECISION_FILE: "decision", HISTORY_FILE: "history", STATE_FILE: "state" },
    });
  const updates = (): string =>
    look("patch/scripts/patch.sh", {
      ...{ RUN: "", RUNNER_UNIT: "none.service", EXPORTER_STATE: path.join(state, "updates") },
      ...{ STAMP: path.join(scratch, "stamp"), LIMIT_SECONDS: "1" },
    });

  it("are shown", () => {
    assert.match(decisions(), /^decision\tdecision of the service\n/m);
    assert.match(decisions(), /^state\tstate of the service\n/m);
    assert.match(decisions(), /^change\tsecond line$/m);
    assert.match(updates(), /^updates\tupdates of the service\n\n/m);
  });

  it("are not what links lead to", () => {
    for (const name of ["decision", "state", "history", "updates"]) {
      rmSync(path.join(state, name));
      symlinkSync(path.join(scratch, "secret"), path.join(state, name));
    }
    assert.ok(!`${decisions()}${updates()}`.includes("only-root"));
    assert.match(updates(), /^updates\t\n/m);
  });
});
