import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import path from "node:path";
import { owner, repo, TestEmulator } from "@ghrunners/lab/driver/emulator";
import type { RunRecord } from "@ghrunners/lab/github/workflows/records";
import { projectRoot } from "@ghrunners/core/project-root";
import { until } from "@ghrunners/core/until";

const files = ["preview.yml", "staging.yml", "production.yml", "drift.yml"];

/** The workflows that deliver the stacks, as they are, in a repository that has no variable yet. */
describe("the delivery workflows without a delivery runner", function () {
  this.timeout(60_000);
  let emulator: TestEmulator;
  before(async () => {
    emulator = await TestEmulator.start();
    for (const file of [...files, "delivery-runner.yml"]) {
      const copy = path.join(emulator.folder, ".github/workflows", file);
      copyFileSync(path.join(projectRoot, ".github/workflows", file), copy);
    }
  });
  after(() => emulator.stop());

  const start: Readonly<Record<string, () => Promise<unknown>>> = {
    "preview.yml": () =>
      emulator.admin("POST", "pull-request", { number: 1, branch: "change", fork: false, login: "operator" }),
    "staging.yml": () => emulator.admin("POST", "push", { branch: "main", login: "operator" }),
    "production.yml": () => emulator.admin("POST", "push", { tag: "v1.0.0", login: "operator" }),
    "drift.yml": async () =>
      emulator.engine.dispatch({ path: ".github/workflows/drift.yml", ref: "main", inputs: {}, login: "operator" }),
  };
  const runOf = (file: string): RunRecord | undefined =>
    emulator.services.store.state.actions.runs.find(({ workflowFile }) => workflowFile === file);

  for (const file of files) {
    it(`${file} fails in its first job and says what to set`, async () => {
      await start[file]?.();
      const conclusion = await until(`the run of ${file} is over`, 20_000, () => runOf(file)?.conclusion);
      assert.equal(conclusion, "failure");
      const run = runOf(file);
      const jobs = emulator.services.store.state.actions.jobs.filter(({ runId }) => runId === run?.id);
      const guard = jobs.find(({ name }) => name.endsWith(" / Say what to set"));
      assert.ok(guard, jobs.map(({ name }) => name).join(", "));
      const others = jobs.filter((job) => job !== guard);
      assert.deepEqual([...new Set(others.map((job) => job.conclusion))], ["skipped"]);
      const said = emulator.services.logs.read(guard.id) ?? "";
      assert.match(said, /The repository variable DELIVERY_RUNNER is not set/);
      const set = `GH_HOST=${new URL(emulator.url).host} gh variable set DELIVERY_RUNNER --repo ${owner}/${repo}`;
      assert.ok(said.includes(`Next: ${set} --body '["self-hosted","delivery"]'`), said);
    });
  }
});
