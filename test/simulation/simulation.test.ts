import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { projectRoot } from "@ghrunners/core/project-root";
import { faultKinds } from "@ghrunners/lab/simulation/faults";
import { readRules } from "@ghrunners/lab/simulation/launcher";
import { ThreadPool, withPool } from "@ghrunners/lab/simulation/pool";
import { renderReport, reportOf } from "@ghrunners/lab/simulation/report";
import { simulationSchema } from "@ghrunners/lab/simulation/report-schema";
import { revertedFixes } from "@ghrunners/lab/simulation/reverted-fixes";

const RUNS = 1_000;
const main = (...words: string[]) =>
  spawnSync(process.execPath, ["--require", "tsx/cjs", "lab/simulation/main.ts", ...words], {
    cwd: projectRoot,
    encoding: "utf8",
  });

describe("the simulation", function () {
  // All runs take 36 s of one processor; layers with guests run beside it.
  this.timeout(480_000);

  let pool: ThreadPool;
  before(() => {
    pool = new ThreadPool();
  });
  after(() => pool.end());

  it(`finds nothing in ${RUNS} runs that have every kind of fault`, async () => {
    const { results, failures } = await pool.run({ first: 1, runs: RUNS });
    const report = reportOf(1, results, failures, 1);
    assert.equal(report.failed, 0, renderReport(report));
    assert.equal(report.runs, RUNS);
    const missing = faultKinds.filter((kind) => report.coverage.every((row) => row.kind !== kind || row.runs === 0));
    assert.deepEqual(missing, []);
    for (const ending of ["old", "new", "locked"] as const) assert.ok(report.endings[ending] > 0, ending);
  });

  it("makes the same run of the same seed", async () => {
    const seeds = { first: 100, runs: 20 };
    const fresh = await withPool((one) => one.run(seeds), 1);
    const other = await pool.run(seeds);
    assert.deepEqual(fresh.results, other.results);
  });

  it("damages no file on a disk that is read-only at that moment", async () => {
    const { results, failures } = await pool.run({ first: 6383, runs: 1 });
    assert.deepEqual([results.length, failures], [1, []]);
  });

  for (const { name, fault, seed } of revertedFixes)
    it(`finds again: ${fault}`, async () => {
      const { failures } = await pool.run({ first: seed, runs: 1 }, { without: name, untilFailure: true });
      const again = `It was found with seed ${seed}. Next: npm run simulate -- --without ${name} --runs 2000 --seed 1`;
      assert.equal(failures.length, 1, again);
      assert.equal(failures[0]?.seed, seed);
    });

  it("prints a report that its schema takes", () => {
    const { status, stdout, stderr } = main("--runs", "3", "--seed", "1", "--json");
    assert.equal(status, 0, stderr);
    const parsed = simulationSchema.safeParse(JSON.parse(stdout));
    assert.ok(parsed.success, parsed.error?.message);
  });

  it("shows the seed, what is left of the faults, and the trace of a failure", () => {
    const [found] = revertedFixes;
    const { status, stdout } = main("--runs", "1", "--seed", String(found?.seed), "--without", String(found?.name));
    assert.equal(status, 1);
    assert.match(stdout, new RegExp(`seed ${found?.seed} fails with .+:\\n.+\\n`));
    assert.match(stdout, / s {2}calm: every fault ends/);
  });

  it("refuses wrong use", () => {
    for (const words of [["--runs", "0"], ["--seed", "x"], ["--without", "nothing"], ["--loud"]])
      assert.equal(main(...words).status, 2, words.join(" "));
  });
});

describe("the simulated launcher", () => {
  const ruleOf = readRules();

  it("takes the locks that the installed one takes", () => {
    assert.equal(ruleOf("renew").lock, undefined);
    assert.deepEqual(ruleOf("watch"), { lock: "deploy", waitMs: 0, conflict: 76 });
    assert.deepEqual(ruleOf("begin"), { lock: "deploy", waitMs: 5_000, conflict: 75 });
    assert.deepEqual(ruleOf("claim"), { lock: "deploy-outbox", waitMs: 60_000, conflict: 3 });
    assert.deepEqual(ruleOf("run"), { lock: "deploy", waitMs: 60_000, conflict: 3 });
  });

  it("says when the launcher is another one", () => {
    assert.throws(() => readRules("case ${1:-} in\nesac\n"), /is not read any more as the simulation expects it/);
  });
});
