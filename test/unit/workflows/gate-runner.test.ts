import assert from "node:assert/strict";
import { copyFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";
import { projectRoot } from "@ghrunners/core/project-root";

/** What calls the gate, as deploy.yml does. */
const gate = `on: workflow_dispatch
permissions: {}
jobs:
  gate:
    permissions: { contents: read }
    uses: ./.github/workflows/runner-gate.yml
    secrets: { runner-view-token: none }
`;

/** What delivers the stacks, as staging.yml does. */
const delivery = `on: workflow_dispatch
permissions: {}
jobs:
  runner:
    if: vars.DELIVERY_RUNNER == ''
    uses: ./.github/workflows/delivery-runner.yml
`;

const callers = [
  ["the runner gate's machine", "runner-gate.yml", gate],
  ["the machine that says that there is no delivery runner", "delivery-runner.yml", delivery],
] as const;
/** GitHub does not document which values of the variables a run sees, so both are tried. */
const cases = callers.flatMap((each) => (["now", "creation"] as const).map((seen) => [...each, seen] as const));

for (const [what, file, caller, variablesOfRun] of cases)
  describe(`${what}, where a run sees the variables of ${variablesOfRun}`, function () {
    this.timeout(30_000);
    let emulator: TestEmulator;
    before(async () => {
      // With hosted machines, one of them would take the job at once.
      emulator = await TestEmulator.start((seed) => ({ ...seed, variablesOfRun, enterpriseServer: "3.17.1" }));
      const workflows = path.join(emulator.folder, ".github/workflows");
      copyFileSync(path.join(projectRoot, ".github/workflows", file), path.join(workflows, file));
      writeFileSync(path.join(workflows, "caller.yml"), caller);
    });
    after(() => emulator.stop());

    /** Labels for which the gate's job waits. */
    function asked(): readonly string[] | undefined {
      const run = emulator.engine.dispatch({
        path: ".github/workflows/caller.yml",
        ref: "main",
        inputs: {},
        login: "operator",
      });
      return emulator.services.store.state.actions.jobs.find((job) => job.runId === run.id)?.labels;
    }

    it("is one of GitHub's, until the variable names another", async () => {
      assert.deepEqual(asked(), ["ubuntu-24.04"]);
      const operator = await emulator.client();
      const value = '["self-hosted","gate"]';
      await operator.actions.createRepoVariable({ owner, repo, name: "GATE_RUNNER", value });
      assert.deepEqual(asked(), ["self-hosted", "gate"]);
    });
  });
