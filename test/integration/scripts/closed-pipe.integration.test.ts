import assert from "node:assert/strict";
import path from "node:path";
import { runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";

/** What a person types, and the program behind it. */
const lines: readonly (readonly [typed: string, file: string, ...args: string[]])[] = [
  ["npm test -- --help | head -1", "test/run.ts", "--help"],
  ["npm test -- --list | head -1", "test/run.ts", "--list"],
  ["npm start -- --help | head -1", "lab/start.ts", "--help"],
  ["npm run lab -- --help | head -1", "lab/main.ts", "--help"],
  ["npm run lab -- fault list | head -1", "lab/main.ts", "fault", "list"],
  ["npm run scenarios -- --list | head -1", "lab/scenarios/main.ts", "--list"],
  ["npm run bench -- --help | head -1", "lab/bench/main.ts", "--help"],
  ["npm run toolchain -- --help | head -1", "lab/toolchain/main.ts", "--help"],
  ["ghrunners --help | head -1", "packages/cli/bin/ghrunners.cjs", "--help"],
];

describe("a reader that ends early", function () {
  this.timeout(60_000);

  for (const [typed, file, ...args] of lines) {
    it(`is no failure: ${typed}`, async () => {
      // The reader has gone before the program writes its first line.
      const script = '"$@" | true; exit "${PIPESTATUS[0]}"';
      const program = [process.execPath, "--require", "tsx/cjs", path.join(projectRoot, file), ...args];
      const { code, stderr } = await runProcess(["bash", "-c", script, "bash", ...program], {
        cwd: projectRoot,
        env: process.env,
      });
      assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    });
  }
});
