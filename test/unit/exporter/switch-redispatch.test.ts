import assert from "node:assert/strict";
import type { PermissionReport } from "@ghrunners/lab/github/permission-use";
import type { RunRecord } from "@ghrunners/lab/github/workflows/records";
import { owner, repo } from "@ghrunners/lab/driver/emulator";
import { until } from "@ghrunners/core/until";
import { Fleet } from "./support/fleet";
import { SwitchOverGitHub } from "./support/switch-over-github";

const here = { owner, repo };

describe("the failover switch and runs that wait for a dead runner, over GitHub", function () {
  this.timeout(40_000);
  let setup: SwitchOverGitHub;
  beforeEach(async () => (setup = await SwitchOverGitHub.start()));
  afterEach(() => setup.stop());

  it("cancels a run that waits for the dead primary and starts it again, once", async () => {
    setup.failover.start();
    await setup.failover.told("runner-1");
    const operator = await setup.emulator.client();
    await operator.actions.createWorkflowDispatch({ ...here, workflow_id: "release.yml", ref: "main" });
    const run = (): RunRecord | undefined => setup.emulator.services.store.state.actions.runs.at(-1);
    const queuedFor = (role: string): boolean =>
      setup.emulator.services.store.state.actions.jobs.some(
        (job) => job.runAttempt === run()?.attempt && job.status === "queued" && job.labels.includes(role),
      );
    await until("the deployment waits for the primary", 20_000, () => queuedFor("primary"));
    assert.equal(run()?.attempt, 1);
    setup.fixture.dead.add("primary");
    await until("the deployment waits for the secondary", 20_000, () => run()?.attempt === 2 && queuedFor("secondary"));
    await until(
      "it is counted",
      5_000,
      async () => (await setup.series('deployment_redispatches_total{result="rerun"}')) === 1,
    );
    const published = setup.emulator.services.store.state.actions.jobs.filter(({ name }) => name === "publish");
    assert.equal(published.length, 1, "what was over besides the gate was done again");
    // A second attempt is never touched, even if its runner dies too and the primary is back.
    setup.fixture.dead.clear();
    setup.fixture.dead.add("secondary");
    await setup.failover.told("runner-1");
    const rounds = setup.emulator.exchanges.length;
    await until("it has looked at the waiting runs again", 10_000, () => setup.emulator.exchanges.length > rounds + 6);
    assert.equal(run()?.attempt, 2);
    assert.ok(queuedFor("secondary"));
  });

  it("leaves a run alone that no gate can send elsewhere", async () => {
    setup.failover.start();
    await setup.failover.told("runner-1");
    const operator = await setup.emulator.client();
    await operator.actions.createWorkflowDispatch({ ...here, workflow_id: "ungated.yml", ref: "main" });
    const { actions } = setup.emulator.services.store.state;
    const waits = (): boolean =>
      setup.emulator.services.store.state.actions.jobs.some(
        ({ name, status }) => name === "deploy" && status === "queued",
      );
    await until("the deployment waits", 20_000, waits);
    setup.fixture.dead.add("primary");
    await setup.failover.told("runner-2");
    const rounds = setup.emulator.exchanges.length;
    await until("it has looked at the waiting runs", 10_000, () => setup.emulator.exchanges.length > rounds + 6);
    assert.deepEqual([actions.runs.at(-1)?.attempt, waits()], [1, true]);
  });

  it("leaves one file alone that builds, publishes and deploys, and its deployment is counted as waiting", async () => {
    setup.failover.start();
    await setup.failover.told("runner-1");
    const operator = await setup.emulator.client();
    await operator.actions.createWorkflowDispatch({ ...here, workflow_id: "whole.yml", ref: "main" });
    const { store } = setup.emulator.services;
    const seen = (): [name: string, state: string | null][] =>
      store.state.actions.jobs.map(({ name, status, conclusion }) => [name, conclusion ?? status]);
    const waiting = [
      ["build (api)", "success"],
      ["build (web)", "success"],
      ["publish", "success"],
      ["deploy", "queued"],
    ];
    await until("the deployment waits", 20_000, () =>
      seen().some(([name, state]) => name === "deploy" && state === "queued"),
    );
    assert.deepEqual(seen(), waiting);
    setup.fixture.dead.add("primary");
    await setup.failover.told("runner-2");
    const rounds = setup.emulator.exchanges.length;
    await until("it has looked at the waiting runs", 10_000, () => setup.emulator.exchanges.length > rounds + 6);
    assert.deepEqual([store.state.actions.runs.at(-1)?.attempt, seen()], [1, waiting]);
    assert.match(await setup.exposed(), /^deployment_redispatches_total\{result="rerun"\} 0$/m);
    assert.doesNotMatch(await setup.exposed(), /^deployment_redispatches_total\{.*\} [1-9]/m);
    const fleet = new Fleet(setup.emulator);
    try {
      await fleet.start();
      await fleet.until('github_jobs_queued{labels="primary,production"}', 1);
    } finally {
      await fleet.remove();
    }
  });

  it("goes on with a run that was cancelled when it was killed", async () => {
    setup.failover.start();
    await setup.failover.told("runner-1");
    const operator = await setup.emulator.client();
    await operator.actions.createWorkflowDispatch({ ...here, workflow_id: "release.yml", ref: "main" });
    const run = (): RunRecord | undefined => setup.emulator.services.store.state.actions.runs.at(-1);
    await until("the deployment waits", 20_000, () =>
      setup.emulator.services.store.state.actions.jobs.some(
        (job) => job.status === "queued" && job.labels.includes("primary"),
      ),
    );
    // Whatever it sends after the cancel is lost: as if it had been killed there.
    await setup.emulator.admin("PUT", "faults/http-500", { count: 1_000, match: "/rerun" });
    setup.fixture.dead.add("primary");
    await until("the run is cancelled", 20_000, () => run()?.conclusion === "cancelled");
    await setup.failover.stop();
    await setup.emulator.admin("DELETE", "faults/http-500");
    assert.equal(run()?.attempt, 1);
    setup.failover.start();
    await until("it is started again", 20_000, () => run()?.attempt === 2);
  });

  it("uses every permission that its token has, and no other", async () => {
    setup.failover.start();
    await setup.failover.told("runner-1");
    const operator = await setup.emulator.client();
    await operator.actions.createWorkflowDispatch({ ...here, workflow_id: "release.yml", ref: "main" });
    await until("the deployment waits", 20_000, () =>
      setup.emulator.services.store.state.actions.jobs.some(
        (job) => job.status === "queued" && job.labels.includes("primary"),
      ),
    );
    setup.fixture.dead.add("primary");
    await until(
      "it is counted",
      20_000,
      async () => (await setup.series('deployment_redispatches_total{result="rerun"}')) === 1,
    );
    const reports = (await setup.emulator.admin("GET", "permissions")) as PermissionReport[];
    // GitHub gives every token Metadata.
    assert.deepEqual(reports.find(({ login }) => login === "failover")?.unused, ["metadata:read"]);
    assert.deepEqual(
      setup.failover.said.filter((line) => /403/.test(line)),
      [],
    );
  });
});
