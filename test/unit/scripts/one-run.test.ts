import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { nodeLine } from "@ghrunners/core/node-line";
import { runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { withLock } from "@ghrunners/lab/toolchain/lock";

describe("a second run of the tests on a machine", () => {
  it("is refused in words while another one has the labs", async () => {
    const state = mkdtempSync(path.join(tmpdir(), "ghr-one-run-"));
    const lock = path.join(state, "ghrunners", "tests-other.lock");
    try {
      const { code, all } = await withLock(
        lock,
        () => undefined,
        () =>
          runProcess(nodeLine("test/run.ts", "rehearsal", "--grep", "no such test"), {
            cwd: projectRoot,
            env: { ...process.env, XDG_STATE_HOME: state, GHRUNNERS_LAB: "other" },
          }),
      );
      assert.equal(code, 2, all);
      assert.match(
        all,
        new RegExp(`Another run of the tests \\(process ${process.pid}\\).*GHRUNNERS_LAB=NAME npm test`, "s"),
      );
    } finally {
      rmSync(state, { recursive: true });
    }
  });
});
