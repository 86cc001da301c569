import assert from "node:assert/strict";
import { TestEmulator, onEnterprise, owner, repo } from "@ghrunners/lab/driver/emulator";
import { until } from "@ghrunners/core/until";
import { deployingRepository } from "./support/deploying-repository";

const here = { owner, repo };
const labels = ["self-hosted", "linux", "x64", "lab", "primary"];

/** What a user writes whose runners have another label than GitHub's environment has a name. */
const caller = `name: Release
on: { workflow_dispatch: { inputs: { runner: { type: string, required: true } } } }
permissions: {}
jobs:
  live:
    permissions: { contents: read, issues: write }
    uses: ./.github/workflows/deploy.yml
    with: { script: .github/deploy.sh, environment: live, label: lab, runner: "\${{ inputs.runner }}" }
    secrets: inherit
`;

/** GitHub does not document which values of the variables a run sees, so both are tried. */
for (const variablesOfRun of ["now", "creation"] as const)
  describe(`deploy.yml, where the environment has another name than the runners' label, and a run sees the variables of ${variablesOfRun}`, function () {
    this.timeout(60_000);
    let emulator: TestEmulator;
    let runnerId: number;

    before(async () => {
      // No runner calls here: one is online as long as the gate takes.
      emulator = await TestEmulator.start((seed) => ({
        ...onEnterprise(seed),
        variablesOfRun,
        runnerSilenceMilliseconds: 600_000,
      }));
      const { operator } = await deployingRepository(emulator, caller);
      const now = Date.now();
      const value = JSON.stringify({
        ...{ labels, runner: "primary", reason: "healthy on both views" },
        decidedAt: new Date(now - 30_000).toISOString(),
        expiresAt: new Date(now + 300_000).toISOString(),
      });
      await operator.actions.createRepoVariable({ ...here, name: "DEPLOY_RUNNER", value });
      runnerId = emulator.addRunner("runner-1", ["lab", "primary"]);
    });
    after(() => emulator.stop());

    for (const runner of ["auto", "primary"])
      it(`offers the job to the runner with the label, in the environment with the name (${runner})`, async () => {
        const run = emulator.engine.dispatch({
          path: ".github/workflows/release.yml",
          ...{ ref: "main", inputs: { runner }, login: "operator" },
        });
        const jobs = () => emulator.services.store.state.actions.jobs.filter((job) => job.runId === run.id);
        const gate = await until("the gate has decided", 40_000, () =>
          jobs().find(({ name, status }) => name.endsWith("Choose") && status === "completed"),
        );
        assert.equal(gate.conclusion, "success", emulator.services.logs.read(gate.id));
        const deploy = await until("the runner is offered the job", 10_000, () => emulator.engine.offered(runnerId));
        assert.deepEqual([deploy.labels, deploy.environment?.name], [labels, "live"]);
        emulator.engine.cancel(run.id, { force: false });
        await until("the run is cancelled", 10_000, () => emulator.engine.offered(runnerId) === undefined);
      });
  });
