import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";

/** A module as Stryker makes it: it asks which mutant acts, one time while it loads and one time at work. */
const code = `
const acts = (id) => globalThis.__stryker__.activeMutant === id;
const constant = acts("static") ? 2 : 1;
export const value = () => (acts("runtime") ? -constant : constant);
export const other = () => 3;
`;
const tests = `
import assert from "node:assert/strict";
import { value, other } from "./code";
describe("code (a)", () => {
  it("value", () => assert.equal(value(), 1));
  it("other", () => assert.equal(other(), 3));
});
`;
/** In a process of its own: mocha inside of mocha would share its globals. */
const program = `
import { strykerPlugins } from ${JSON.stringify(path.join(projectRoot, "test/mutation/mocha-runner.ts"))};
const { injectableClass } = strykerPlugins[0];
const runner = new injectableClass({ unitTests: ["code.test.ts"] });
const run = (id, mutantActivation, testFilter) =>
  runner.mutantRun({ activeMutant: { id }, mutantActivation, testFilter, reloadEnvironment: true, disableBail: false });
(async () => {
  const dry = await runner.dryRun({ disableBail: false });
  const runs = [
    await run("none", "static"),
    await run("static", "static"),
    await run("static", "runtime", ["code (a) value"]),
    await run("runtime", "runtime", ["code (a) value"]),
    await run("runtime", "runtime", ["code (a) other"]),
  ];
  process.stdout.write(JSON.stringify({ dry, runs }));
})();
`;

describe("the runner of mutation tests", () => {
  it("tells apart what acts while modules load, what acts at work, and what is not asked for", function () {
    this.timeout(60_000);
    const folder = mkdtempSync(path.join(tmpdir(), "ghr-mutation-"));
    try {
      writeFileSync(path.join(folder, "code.ts"), code);
      writeFileSync(path.join(folder, "code.test.ts"), tests);
      writeFileSync(path.join(folder, "program.ts"), program);
      const tsx = require.resolve("tsx/cjs");
      const result = spawnSync(process.execPath, ["--require", tsx, "program.ts"], { cwd: folder, encoding: "utf8" });
      assert.equal(result.status, 0, result.stderr);
      const { dry, runs } = JSON.parse(result.stdout) as {
        dry: { status: string; tests: { name: string; status: number }[] };
        runs: { status: string; killedBy?: string[] }[];
      };
      assert.deepEqual(
        dry.tests.map(({ name, status }) => [name, status]),
        [
          ["code (a) value", 0],
          ["code (a) other", 0],
        ],
      );
      assert.deepEqual(
        runs.map(({ status }) => status),
        ["survived", "killed", "survived", "killed", "survived"],
      );
      assert.deepEqual(runs[1]?.killedBy, ["code (a) value"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
