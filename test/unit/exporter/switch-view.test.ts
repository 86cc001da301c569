import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { metricsFrom } from "@ghrunners/monitoring/all-metrics";
import { maintenances } from "@ghrunners/failover/choice/maintenance";
import { Exposition } from "@ghrunners/metrics-server/exposition";
import { githubPermissions } from "@ghrunners/lab/topology";
import type { PermissionReport } from "@ghrunners/lab/github/permission-use";
import { sha256 } from "@ghrunners/lab/github/runner-tokens";
import type { RunRecord } from "@ghrunners/lab/github/workflows/records";
import { TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";
import { debianTool } from "../monitoring/debian-tool";
import { until } from "@ghrunners/core/until";
import { declared, emitted, seriesOf } from "@ghrunners/lab/driver/scrape";
import { Switch, SwitchFixture } from "./support/switch";

const here = { owner, repo };

/** A gate that always passes, for the labels of the variable. */
const gate = `name: Runner gate
on:
  workflow_call:
    outputs:
      labels: { value: "\${{ jobs.choose.outputs.labels }}" }
jobs:
  choose:
    name: Choose
    runs-on: ubuntu-24.04
    outputs:
      labels: \${{ steps.choose.outputs.labels }}
    steps:
      - id: choose
        env:
          CHOICE: \${{ vars.DEPLOY_RUNNER }}
        run: echo "labels=$(node -p 'JSON.stringify(JSON.parse(process.env.CHOICE).labels)')" >> "$GITHUB_OUTPUT"
`;

/** A deployment behind it, and a job that must not be done twice. */
const release = `name: Release
on: workflow_dispatch
jobs:
  publish:
    runs-on: ubuntu-24.04
    steps:
      - run: echo published
  gate:
    needs: publish
    uses: ./.github/workflows/runner-gate.yml
  deploy:
    needs: gate
    runs-on: \${{ fromJSON(needs.gate.outputs.labels) }}
    steps:
      - run: echo deploy
`;

/** Something is over in it, but nothing that could choose another runner. */
const ungated = `name: Ungated
on: workflow_dispatch
jobs:
  publish:
    runs-on: ubuntu-24.04
    steps:
      - run: echo published
  deploy:
    needs: publish
    runs-on: [self-hosted, linux, x64, production, primary]
    steps:
      - run: echo deploy
`;

describe("the failover switch over GitHub", function () {
  this.timeout(40_000);
  let emulator: TestEmulator;
  let world: SwitchFixture;
  let failover: Switch;

  beforeEach(async () => {
    emulator = await TestEmulator.start((seed) => ({
      ...seed,
      users: [...seed.users, { login: "failover", id: 1005 }],
      tokens: [
        ...seed.tokens,
        { sha256: sha256("failover-token"), login: "failover", permissions: githubPermissions.failover },
      ],
    }));
    for (const [name, text] of Object.entries({ release, ungated, "runner-gate": gate })) {
      writeFileSync(path.join(emulator.folder, `.github/workflows/${name}.yml`), text);
    }
    world = new SwitchFixture();
    failover = new Switch(emulator, world);
  });
  afterEach(async () => {
    await failover.remove();
    await emulator.stop();
  });

  const text = async (): Promise<string> => {
    const { view } = failover;
    assert.ok(view !== undefined);
    return new Exposition("switch").text(view.exposed());
  };
  const series = async (name: string): Promise<number | undefined> => seriesOf(await text()).get(name);

  it("makes the variable, fails over, refuses, and comes back", async () => {
    failover.start();
    const first = await failover.told("runner-1");
    assert.deepEqual(first.labels, ["self-hosted", "Linux", "X64", "production", "primary"]);
    // On a slow machine the first decision comes before GitHub has answered about maintenance.
    await until("both are healthy", 10_000, async () =>
      String((await failover.told("runner-1")).reason).endsWith(
        "primary runner-1: healthy; secondary runner-2: healthy.",
      ),
    );
    world.dead.add("primary");
    assert.equal((await failover.told("runner-2")).runner, "secondary");
    assert.equal(
      await series('deployment_runner_chosen{runner="runner-2",role="secondary",reason="primary_offline"}'),
      1,
    );
    assert.equal(await series('deployment_failovers_total{reason="primary_offline"}'), 1);
    world.offline.add("secondary");
    const refused = await failover.told(null);
    assert.deepEqual(refused.labels, []);
    assert.match(String(refused.reason), /^No runner may deploy: .*runner-1: unusable.*runner-2: unusable/);
    world.dead.clear();
    world.offline.clear();
    await failover.told("runner-1");
    const reasons = failover.history().map(({ reason }) => reason);
    assert.deepEqual(
      [reasons[0], reasons.includes("failover"), reasons.includes("refused"), reasons.at(-1)],
      ["primary_healthy", true, true, "primary_healthy"],
    );
  });

  it("renews the variable before it expires, with few writes", async () => {
    await failover.remove();
    failover = new Switch(emulator, world, { validSeconds: 2 });
    failover.start();
    const first = await failover.told("runner-1");
    const begun = Date.now();
    await until("it was renewed twice", 10_000, async () => {
      const now = JSON.parse(failover.variable() ?? "{}") as { expiresAt: string };
      assert.ok(Date.parse(now.expiresAt) > Date.now(), "it never expires while the switch works");
      return ((await series('deployment_runner_choice_writes_total{result="written"}')) ?? 0) >= 3;
    });
    const writes = (await series('deployment_runner_choice_writes_total{result="written"}')) ?? 0;
    assert.ok(writes <= 2 + (Date.now() - begun) / 1000, `${writes} writes in ${Date.now() - begun} ms`);
    assert.equal(first.name, "runner-1");
  });

  it("keeps the choice through a restart, and writes nothing for it", async () => {
    failover.start();
    await failover.told("runner-1");
    const before = failover.variable();
    await failover.stop();
    failover.start();
    await until(
      "it decides again",
      5_000,
      async () => (await series("deployment_runner_decision_timestamp_seconds")) !== undefined,
    );
    await failover.stop();
    assert.equal(failover.variable(), before);
    assert.equal(failover.history().length, 1);
  });

  it("does not decide by the first evaluation alone when a view is missing", async () => {
    failover.start();
    await failover.told("runner-1");
    await failover.stop();
    world.dead.add("primary");
    failover.start();
    const begun = Date.now();
    await failover.told("runner-2");
    assert.ok(Date.now() - begun >= 300, "three evaluations first");
  });

  it("lets the variable expire while GitHub is away, and writes as soon as it is back", async () => {
    await failover.remove();
    failover = new Switch(emulator, world, { validSeconds: 1 });
    failover.start();
    await failover.told("runner-1");
    await emulator.admin("PUT", "faults/down", {});
    await until("the variable has expired", 10_000, () => {
      const { expiresAt } = JSON.parse(failover.variable() ?? "{}") as { expiresAt: string };
      return Date.parse(expiresAt) < Date.now();
    });
    await until(
      "a write has failed",
      10_000,
      async () => ((await series('deployment_runner_choice_writes_total{result="failed"}')) ?? 0) > 0,
    );
    const expiry = (await series("deployment_runner_choice_expiry_timestamp_seconds")) ?? 0;
    assert.ok(expiry < Date.now() / 1000, "the metric shows what GitHub has");
    await emulator.admin("DELETE", "faults/down");
    await until("the variable is fresh again", 15_000, () => {
      const { expiresAt } = JSON.parse(failover.variable() ?? "{}") as { expiresAt: string };
      return Date.parse(expiresAt) > Date.now();
    });
  });

  it("does not choose a runner in maintenance, and degrades all runners when the variable cannot be read", async () => {
    const operator = await emulator.client();
    const until_ = new Date(Date.now() + 3_600_000).toISOString();
    const entry = { name: "runner-1", until: until_, reason: "new disk", by: "ada" };
    await operator.actions.createRepoVariable({
      ...here,
      name: "RUNNER_MAINTENANCE",
      value: maintenances.text([entry]),
    });
    failover.start();
    const choice = await failover.told("runner-2");
    assert.ok(String(choice.reason).includes(`in maintenance until ${until_}: new disk`));
    await operator.actions.updateRepoVariable({ ...here, name: "RUNNER_MAINTENANCE", value: "not readable" });
    await until("the primary is chosen with a doubt", 10_000, () => {
      const { runner, reason, runners } = failover.decision();
      return (
        runner === "runner-1" && reason === "primary_degraded" && runners.every(({ grade }) => grade === "degraded")
      );
    });
    await operator.actions.deleteRepoVariable({ ...here, name: "RUNNER_MAINTENANCE" });
    await until("both are healthy", 10_000, () =>
      failover.decision().runners.every(({ grade }) => grade === "healthy"),
    );
  });

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

  it("emits the metrics of the failover switch that the catalogue names, and promtool accepts them", async () => {
    failover.start();
    await failover.told("runner-1");
    await until(
      "the write is known",
      5_000,
      async () => (await series("deployment_runner_choice_expiry_timestamp_seconds")) !== undefined,
    );
    const seen = await text();
    const names = metricsFrom("switch").map(({ name }) => name);
    assert.deepEqual(declared(seen).sort(), [...names].sort());
    assert.deepEqual(
      names.filter((name) => !emitted(seen).has(name)),
      [],
    );
    const check = spawnSync(debianTool("promtool"), ["check", "metrics"], { input: seen, encoding: "utf8" });
    assert.equal(`${check.stdout}${check.stderr}${check.error?.message ?? ""}`, "");
    assert.equal(seen.includes("failover-token"), false);
  });
});
