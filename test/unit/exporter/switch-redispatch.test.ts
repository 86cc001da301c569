import assert from "node:assert/strict";
import type { PermissionReport } from "@ghrunners/lab/github/permission-use";
import type { RunRecord } from "@ghrunners/lab/github/workflows/records";
import { type TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";
import { until } from "@ghrunners/core/until";
import { seriesOf } from "@ghrunners/lab/driver/scrape";
import type { Switch, SwitchFixture } from "./support/switch";
import { exposedBy, switchOverGitHub } from "./support/switch-over-github";

const here = { owner, repo };

describe("the failover switch and runs that wait for a dead runner, over GitHub", function () {
  this.timeout(40_000);
  let emulator: TestEmulator;
  let world: SwitchFixture;
  let failover: Switch;

  beforeEach(async () => ({ emulator, world, failover } = await switchOverGitHub()));
  afterEach(async () => {
    await failover.remove();
    await emulator.stop();
  });

  const series = async (name: string): Promise<number | undefined> => seriesOf(await exposedBy(failover)).get(name);

  it("cancels a run that waits for the dead primary and starts it again, once", async () => {
    failover.start();
    await failover.told("runner-1");
    const operator = await emulator.client();
    await operator.actions.createWorkflowDispatch({ ...here, workflow_id: "release.yml", ref: "main" });
    const run = (): RunRecord | undefined => emulator.services.store.state.actions.runs.at(-1);
    const queuedFor = (role: string): boolean =>
      emulator.services.store.state.actions.jobs.some(
        (job) => job.runAttempt === run()?.attempt && job.status === "queued" && job.labels.includes(role),
      );
    await until("the deployment waits for the primary", 20_000, () => queuedFor("primary"));
    assert.equal(run()?.attempt, 1);
    world.dead.add("primary");
    await until("the deployment waits for the secondary", 20_000, () => run()?.attempt === 2 && queuedFor("secondary"));
    await until(
      "it is counted",
      5_000,
      async () => (await series('deployment_redispatches_total{result="rerun"}')) === 1,
    );
    const published = emulator.services.store.state.actions.jobs.filter(({ name }) => name === "publish");
    assert.equal(published.length, 1, "what was over besides the gate was done again");
    // A second attempt is never touched, even if its runner dies too and the primary is back.
    world.dead.clear();
    world.dead.add("secondary");
    await failover.told("runner-1");
    const rounds = emulator.exchanges.length;
    await until("it has looked at the waiting runs again", 10_000, () => emulator.exchanges.length > rounds + 6);
    assert.equal(run()?.attempt, 2);
    assert.ok(queuedFor("secondary"));
  });

  it("leaves a run alone that no gate can send elsewhere", async () => {
    failover.start();
    await failover.told("runner-1");
    const operator = await emulator.client();
    await operator.actions.createWorkflowDispatch({ ...here, workflow_id: "ungated.yml", ref: "main" });
    const { actions } = emulator.services.store.state;
    const waits = (): boolean =>
      emulator.services.store.state.actions.jobs.some(({ name, status }) => name === "deploy" && status === "queued");
    await until("the deployment waits", 20_000, waits);
    world.dead.add("primary");
    await failover.told("runner-2");
    const rounds = emulator.exchanges.length;
    await until("it has looked at the waiting runs", 10_000, () => emulator.exchanges.length > rounds + 6);
    assert.deepEqual([actions.runs.at(-1)?.attempt, waits()], [1, true]);
  });

  it("goes on with a run that was cancelled when it was killed", async () => {
    failover.start();
    await failover.told("runner-1");
    const operator = await emulator.client();
    await operator.actions.createWorkflowDispatch({ ...here, workflow_id: "release.yml", ref: "main" });
    const run = (): RunRecord | undefined => emulator.services.store.state.actions.runs.at(-1);
    await until("the deployment waits", 20_000, () =>
      emulator.services.store.state.actions.jobs.some(
        (job) => job.status === "queued" && job.labels.includes("primary"),
      ),
    );
    // Whatever it sends after the cancel is lost: as if it had been killed there.
    await emulator.admin("PUT", "faults/http-500", { count: 1_000, match: "/rerun" });
    world.dead.add("primary");
    await until("the run is cancelled", 20_000, () => run()?.conclusion === "cancelled");
    await failover.stop();
    await emulator.admin("DELETE", "faults/http-500");
    assert.equal(run()?.attempt, 1);
    failover.start();
    await until("it is started again", 20_000, () => run()?.attempt === 2);
  });

  it("uses every permission that its token has, and no other", async () => {
    failover.start();
    await failover.told("runner-1");
    const operator = await emulator.client();
    await operator.actions.createWorkflowDispatch({ ...here, workflow_id: "release.yml", ref: "main" });
    await until("the deployment waits", 20_000, () =>
      emulator.services.store.state.actions.jobs.some(
        (job) => job.status === "queued" && job.labels.includes("primary"),
      ),
    );
    world.dead.add("primary");
    await until(
      "it is counted",
      20_000,
      async () => (await series('deployment_redispatches_total{result="rerun"}')) === 1,
    );
    const reports = (await emulator.admin("GET", "permissions")) as PermissionReport[];
    // GitHub gives every token Metadata.
    assert.deepEqual(reports.find(({ login }) => login === "failover")?.unused, ["metadata:read"]);
    assert.deepEqual(
      failover.said.filter((line) => /403/.test(line)),
      [],
    );
  });
});
