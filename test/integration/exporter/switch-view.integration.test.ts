import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { metricsFrom } from "@ghrunners/monitoring/all-metrics";
import { maintenances } from "@ghrunners/failover/choice/maintenance";
import { owner, repo } from "@ghrunners/lab/driver/emulator";
import { monitoringTool } from "../../unit/monitoring/monitoring-tool";
import { until } from "@ghrunners/core/until";
import { declared, emitted } from "@ghrunners/lab/driver/scrape";
import { SwitchOverGitHub } from "../../unit/exporter/support/switch-over-github";

const here = { owner, repo };

describe("the failover switch over GitHub", function () {
  this.timeout(40_000);
  let setup: SwitchOverGitHub;
  beforeEach(async () => (setup = await SwitchOverGitHub.start()));
  afterEach(() => setup.stop());

  it("makes the variable, fails over, refuses, and comes back", async () => {
    setup.failover.start();
    const first = await setup.failover.told("runner-1");
    assert.deepEqual(first.labels, ["self-hosted", "Linux", "X64", "production", "primary"]);
    // On a slow machine the first decision comes before GitHub has answered about maintenance.
    await until("both are healthy", 10_000, async () =>
      String((await setup.failover.told("runner-1")).reason).endsWith(
        "primary runner-1: healthy; secondary runner-2: healthy.",
      ),
    );
    setup.fixture.dead.add("primary");
    assert.equal((await setup.failover.told("runner-2")).runner, "secondary");
    assert.equal(
      await setup.series('deployment_runner_chosen{runner="runner-2",role="secondary",reason="primary_offline"}'),
      1,
    );
    assert.equal(await setup.series('deployment_failovers_total{reason="primary_offline"}'), 1);
    setup.fixture.offline.add("secondary");
    const refused = await setup.failover.told(null);
    assert.deepEqual(refused.labels, []);
    assert.match(String(refused.reason), /^No runner may deploy: .*runner-1: unusable.*runner-2: unusable/);
    setup.fixture.dead.clear();
    setup.fixture.offline.clear();
    await setup.failover.told("runner-1");
    const reasons = setup.failover.history().map(({ reason }) => reason);
    assert.deepEqual(
      [reasons[0], reasons.includes("failover"), reasons.includes("refused"), reasons.at(-1)],
      ["primary_healthy", true, true, "primary_healthy"],
    );
  });

  it("leaves a runner without inodes or with a closed work folder for the other, and refuses when both have one", async () => {
    const { fixture, failover } = setup;
    failover.start();
    await failover.told("runner-1");
    fixture.unusable.add("primary");
    await failover.told("runner-2");
    assert.equal(await setup.series('deployment_failovers_total{reason="primary_work_folder"}'), 1);
    fixture.withoutInodes.add("secondary");
    const refused = await failover.told(null);
    assert.match(
      String(refused.reason),
      /runner-1: unusable, jobs cannot use _work.*runner-2: unusable, 100\.0 % of its/,
    );
    fixture.unusable.clear();
    assert.equal((await failover.told("runner-1")).runner, "primary");
  });

  it("renews the variable before it expires, with few writes", async () => {
    await setup.replaceSwitch({ validSeconds: 2 });
    setup.failover.start();
    const first = await setup.failover.told("runner-1");
    const begun = Date.now();
    await until("it was renewed twice", 10_000, async () => {
      const now = JSON.parse(setup.failover.variable() ?? "{}") as { expiresAt: string };
      assert.ok(Date.parse(now.expiresAt) > Date.now(), "it never expires while the switch works");
      return ((await setup.series('deployment_runner_choice_writes_total{result="written"}')) ?? 0) >= 3;
    });
    const writes = (await setup.series('deployment_runner_choice_writes_total{result="written"}')) ?? 0;
    assert.ok(writes <= 2 + (Date.now() - begun) / 1000, `${writes} writes in ${Date.now() - begun} ms`);
    assert.equal(first.name, "runner-1");
  });

  it("keeps the choice through a restart, and writes nothing for it", async () => {
    setup.failover.start();
    await setup.failover.told("runner-1");
    const before = setup.failover.variable();
    await setup.failover.stop();
    setup.failover.start();
    await until(
      "it decides again",
      5_000,
      async () => (await setup.series("deployment_runner_decision_timestamp_seconds")) !== undefined,
    );
    await setup.failover.stop();
    assert.equal(setup.failover.variable(), before);
    assert.equal(setup.failover.history().length, 1);
  });

  it("does not decide by the first evaluation alone when a view is missing", async () => {
    setup.failover.start();
    await setup.failover.told("runner-1");
    await setup.failover.stop();
    setup.fixture.dead.add("primary");
    setup.failover.start();
    const begun = Date.now();
    await setup.failover.told("runner-2");
    assert.ok(Date.now() - begun >= 300, "three evaluations first");
  });

  it("lets the variable expire while GitHub is away, and writes as soon as it is back", async () => {
    await setup.replaceSwitch({ validSeconds: 1 });
    setup.failover.start();
    await setup.failover.told("runner-1");
    await setup.emulator.admin("PUT", "faults/down", {});
    await until("the variable has expired", 10_000, () => {
      const { expiresAt } = JSON.parse(setup.failover.variable() ?? "{}") as { expiresAt: string };
      return Date.parse(expiresAt) < Date.now();
    });
    await until(
      "a write has failed",
      10_000,
      async () => ((await setup.series('deployment_runner_choice_writes_total{result="failed"}')) ?? 0) > 0,
    );
    const expiry = (await setup.series("deployment_runner_choice_expiry_timestamp_seconds")) ?? 0;
    assert.ok(expiry < Date.now() / 1000, "the metric shows what GitHub has");
    await setup.emulator.admin("DELETE", "faults/down");
    await until("the variable is fresh again", 15_000, () => {
      const { expiresAt } = JSON.parse(setup.failover.variable() ?? "{}") as { expiresAt: string };
      return Date.parse(expiresAt) > Date.now();
    });
  });

  it("does not choose a runner in maintenance, and degrades all runners when the variable cannot be read", async () => {
    const operator = await setup.emulator.client();
    const until_ = new Date(Date.now() + 3_600_000).toISOString();
    const entry = { name: "runner-1", until: until_, reason: "new disk", by: "ada" };
    await operator.actions.createRepoVariable({
      ...here,
      name: "RUNNER_MAINTENANCE",
      value: maintenances.text([entry]),
    });
    setup.failover.start();
    const choice = await setup.failover.told("runner-2");
    assert.ok(String(choice.reason).includes(`in maintenance until ${until_}: new disk`));
    await operator.actions.updateRepoVariable({ ...here, name: "RUNNER_MAINTENANCE", value: "not readable" });
    await until("the primary is chosen with a doubt", 10_000, () => {
      const { runner, reason, runners } = setup.failover.decision();
      return (
        runner === "runner-1" && reason === "primary_degraded" && runners.every(({ grade }) => grade === "degraded")
      );
    });
    await operator.actions.deleteRepoVariable({ ...here, name: "RUNNER_MAINTENANCE" });
    await until("both are healthy", 10_000, () =>
      setup.failover.decision().runners.every(({ grade }) => grade === "healthy"),
    );
  });

  it("emits the metrics of the failover switch that the catalogue names, and promtool accepts them", async () => {
    setup.failover.start();
    await setup.failover.told("runner-1");
    await until(
      "the write is known",
      5_000,
      async () => (await setup.series("deployment_runner_choice_expiry_timestamp_seconds")) !== undefined,
    );
    const seen = await setup.exposed();
    const names = metricsFrom("switch").map(({ name }) => name);
    assert.deepEqual(declared(seen).sort(), [...names].sort());
    assert.deepEqual(
      names.filter((name) => !emitted(seen).has(name)),
      [],
    );
    const check = spawnSync(monitoringTool("promtool"), ["check", "metrics"], { input: seen, encoding: "utf8" });
    assert.equal(`${check.stdout}${check.stderr}${check.error?.message ?? ""}`, "");
    assert.equal(seen.includes("failover-token"), false);
  });
});
