import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { TestEmulator, onEnterprise, owner, repo } from "@ghrunners/lab/driver/emulator";
import { until } from "@ghrunners/core/until";
import type { JobRecord, RunRecord } from "@ghrunners/lab/github/workflows/records";
import { projectRoot } from "@ghrunners/core/project-root";
import { deployingRepository } from "./support/deploying-repository";

const github = path.join(projectRoot, ".github");
const here = { owner, repo };
const labels = ["self-hosted", "linux", "x64", "production", "primary"];

/** What a user writes: one job that calls deploy.yml. */
const caller = `
name: Release
on:
  workflow_dispatch:
    inputs:
      runner: { type: string, default: auto }
      label: { type: string, default: production }
permissions: {}
jobs:
  production:
    permissions: { contents: read, issues: write }
    uses: ./.github/workflows/deploy.yml
    with:
      script: .github/deploy.sh
      label: \${{ inputs.label }}
      runner: \${{ inputs.runner }}
    secrets:
      RUNNER_VIEW_TOKEN: \${{ secrets.RUNNER_VIEW_TOKEN }}
`;

/**
 * The project's own reusable workflows, as they are, in GitHub's place: the emulator runs the hosted job itself.
 * GitHub does not document whether `vars` shows a run the values of now or those of its creation, so both are tried.
 */
for (const variablesOfRun of ["now", "creation"] as const)
  describe(`deploy.yml and runner-gate.yml, where a run sees the variables of ${variablesOfRun}`, function () {
    this.timeout(60_000);
    let emulator: TestEmulator;

    before(async () => {
      // No listener keeps the runner online: its silence must be longer than a job takes on a busy machine.
      const runnerSilenceMilliseconds = 600_000;
      emulator = await TestEmulator.start((seed) => ({
        ...onEnterprise(seed),
        variablesOfRun,
        runnerSilenceMilliseconds,
      }));
      const { folder } = await deployingRepository(emulator, caller);
      writeFileSync(
        path.join(folder, "deploy.sh"),
        'echo "deployed $DEPLOY_COMMIT to $DEPLOY_ENVIRONMENT from $(basename "$PWD")"\n',
      );
      // The same file with another runner: its steps run on the emulator's own machine.
      const onHosted = readFileSync(path.join(github, "workflows/deploy.yml"), "utf8").replace(
        "${{ fromJSON(needs.gate.outputs.labels) }}",
        "ubuntu-24.04",
      );
      writeFileSync(path.join(folder, "workflows/deploy-here.yml"), onHosted);
      writeFileSync(path.join(folder, "workflows/release-here.yml"), caller.replace("deploy.yml", "deploy-here.yml"));
    });
    after(() => emulator.stop());
    afterEach(() => {
      emulator.services.store.change((state) => {
        state.runners = [];
        state.variables = [];
      });
    });

    async function choose(minutes: number): Promise<void> {
      const value = JSON.stringify({
        labels,
        runner: "primary",
        reason: "healthy on both views",
        decidedAt: new Date(Date.now() - 30_000).toISOString(),
        expiresAt: new Date(Date.now() + minutes * 60_000).toISOString(),
      });
      const operator = await emulator.client();
      await operator.actions.createRepoVariable({ ...here, name: "DEPLOY_RUNNER", value });
    }

    function addPrimary(): number {
      const id = emulator.addRunner("runner-1");
      emulator.services.store.change((state) => {
        const runner = state.runners.find((known) => known.id === id);
        if (runner !== undefined)
          runner.labels = labels.map((name, index) => ({ id: index + 1, name, type: "custom" }));
      });
      emulator.services.presence.heard(id);
      return id;
    }

    const release = (runner = "auto", file = "release.yml", label = "production"): RunRecord =>
      emulator.engine.dispatch({
        path: `.github/workflows/${file}`,
        ref: "main",
        inputs: { runner, label },
        login: "operator",
      });
    const jobs = (run: RunRecord): JobRecord[] =>
      emulator.services.store.state.actions.jobs.filter((job) => job.runId === run.id);
    const gate = (run: RunRecord): Promise<JobRecord> =>
      until("the gate has decided", 20_000, () =>
        jobs(run).find(({ name, status }) => name.endsWith("Choose") && status === "completed"),
      );
    const log = (job: JobRecord): string => emulator.services.logs.read(job.id) ?? "";
    const conclusion = (run: RunRecord): Promise<string> =>
      until("the run is over", 10_000, () => {
        const found = emulator.services.store.state.actions.runs.find(({ id }) => id === run.id);
        return found?.conclusion;
      });

    it("offers the deployment to the runner that was chosen, and only the called workflows' secret", async () => {
      await choose(5);
      const runnerId = addPrimary();
      const run = release();
      const decided = await gate(run);
      assert.equal(decided.conclusion, "success", log(decided));
      assert.equal(decided.name, "production / gate / Choose");
      assert.equal(decided.runnerName, "GitHub Actions 1");
      assert.match(decided.summary ?? "", /### Runner: primary/);
      assert.ok(!log(decided).includes("operator-token"));
      const deploy = await until("the runner is offered the job", 10_000, () => emulator.engine.offered(runnerId));
      assert.deepEqual(
        [deploy.name, deploy.labels, deploy.environment?.name],
        ["production / Deploy", labels, "production"],
      );
      const message = emulator.engine.acquire(runnerId, deploy.id);
      assert.deepEqual(Object.keys((message?.contexts as { secrets: object }).secrets).sort(), [
        "GITHUB_TOKEN",
        "RUNNER_VIEW_TOKEN",
      ]);
      emulator.engine.complete(deploy.id, {
        conclusion: "success",
        outputs: {},
        steps: [],
        environmentUrl: "",
        annotations: [],
        summary: "",
      });
      assert.equal(await conclusion(run), "success");
    });

    const refusals: [string, () => Promise<unknown>, RegExp][] = [
      ["the variable is not set", async () => addPrimary(), /DEPLOY_RUNNER is not set/],
      ["the choice has expired", async () => (addPrimary(), choose(-0.1)), /DEPLOY_RUNNER expired at/],
      ["the primary is offline", async () => (emulator.services.presence.gone(addPrimary()), choose(5)), /offline/],
      [
        "the primary is gone",
        () => choose(5),
        /knows no runner with the labels self-hosted, linux, x64, production, primary/,
      ],
    ];
    for (const [what, prepare, reason] of refusals) {
      it(`refuses when ${what}: no job asks for a runner`, async () => {
        await prepare();
        const run = release();
        const decided = await gate(run);
        assert.equal(decided.conclusion, "failure", log(decided));
        assert.match(decided.summary ?? "", reason);
        const runbooks = `${emulator.url}/${owner}/${repo}/blob/HEAD/docs/runbooks/`;
        const linked = /^Runbook: (\S+?)([a-z-]+\.md)#(\w+)$/m.exec(decided.summary ?? "");
        assert.equal(linked?.[1], runbooks);
        assert.ok(existsSync(path.join(projectRoot, "docs/runbooks", linked[2] ?? "")), linked[2]);
        assert.match(decided.summary ?? "", new RegExp(`\`ghrunners runbook ${linked[3]}\``));
        assert.equal(await conclusion(run), "failure");
        const deploy = jobs(run).find(({ name }) => /deploy$/i.test(name));
        assert.deepEqual([deploy?.conclusion, deploy?.labels], ["skipped", []]);
      });
    }

    it("links to the runbooks that a variable names", async () => {
      const operator = await emulator.client();
      await operator.actions.createRepoVariable({ ...here, name: "RUNBOOKS_URL", value: "https://wiki.example/r/" });
      const decided = await gate(release());
      assert.match(decided.summary ?? "", /^Runbook: https:\/\/wiki\.example\/r\/monitoring-blind\.md#/m);
    });

    const deployJob = (run: RunRecord): JobRecord =>
      jobs(run).find(({ name }) => name.endsWith("/ Deploy")) as JobRecord;

    it("runs the script of the commit in the environment, and leaves nothing in the workspace", async () => {
      await choose(5);
      addPrimary();
      const run = release("auto", "release-here.yml");
      await gate(run);
      const result = await conclusion(run);
      const text = log(deployJob(run));
      assert.equal(result, "success", text);
      assert.match(text, new RegExp(`deployed ${run.headSha} to production from demo-app`));
      assert.deepEqual(
        deployJob(run)
          .steps.filter(({ conclusion: ending }) => ending !== "success")
          .map(({ name, conclusion: ending }) => [name, ending]),
        [
          ["Fetch the deployer", "skipped"],
          ["Deploy", "skipped"],
          ["Report", "skipped"],
        ],
      );
    });

    it("stops when another runner was chosen while the deployment waited for its reviewer", async () => {
      const operator = await emulator.client();
      const production = { ...here, environment_name: "production" };
      await operator.repos.createOrUpdateEnvironment({ ...production, reviewers: [{ type: "User", id: 1003 }] });
      try {
        await choose(5);
        addPrimary();
        const run = release("auto", "release-here.yml");
        await gate(run);
        await until("the deployment waits", 10_000, () => deployJob(run)?.status === "waiting");
        const value = JSON.stringify({ labels: ["self-hosted", "production", "secondary"] });
        await operator.actions.updateRepoVariable({ ...here, name: "DEPLOY_RUNNER", value });
        const review = { runId: run.id, environments: ["production"], state: "approved" as const, comment: "go" };
        emulator.engine.review({ ...review, login: "reviewer" });
        assert.equal(await conclusion(run), "failure");
        assert.match(
          log(deployJob(run)),
          /DEPLOY_RUNNER now says self-hosted production secondary\. Run the workflow again/,
        );
        assert.doesNotMatch(log(deployJob(run)), /deployed/);
      } finally {
        await operator.repos.deleteAnEnvironment(production);
      }
    });

    it("stops when deployments were paused while the deployment waited for its reviewer, and until that ends", async () => {
      const operator = await emulator.client();
      const production = { ...here, environment_name: "production" };
      await operator.repos.createOrUpdateEnvironment({ ...production, reviewers: [{ type: "User", id: 1003 }] });
      const pause = { environment: "production", note: "migration `$(x)`", by: "ada" };
      const text = (minutes: number): string =>
        JSON.stringify({
          schema: "ghrunners.pauses/1",
          pauses: [{ ...pause, until: new Date(Date.now() + minutes * 60_000).toISOString() }],
        });
      const refused: [string, RegExp][] = [
        [
          text(5),
          /Paused until \S+: migration `\$\(x\)` \(by ada\)\. Nothing was changed\. Next: wait or ghrunners resume/,
        ],
        ["{", /DEPLOY_PAUSED is not ghrunners\.pauses\/1, so it is unknown/],
      ];
      try {
        await choose(5);
        const primary = addPrimary();
        for (const [value, reason] of [...refused, [text(-5), null] as const]) {
          emulator.services.presence.heard(primary);
          const run = release("auto", "release-here.yml");
          const chosen = await gate(run);
          assert.equal(chosen.conclusion, "success", log(chosen));
          await until("the deployment waits", 10_000, () => deployJob(run)?.status === "waiting");
          await operator.actions.createRepoVariable({ ...here, name: "DEPLOY_PAUSED", value });
          const review = { runId: run.id, environments: ["production"], state: "approved" as const, comment: "go" };
          emulator.engine.review({ ...review, login: "reviewer" });
          const ended = await conclusion(run);
          await operator.actions.deleteRepoVariable({ ...here, name: "DEPLOY_PAUSED" });
          assert.equal(ended, reason === null ? "success" : "failure", log(deployJob(run)));
          if (reason === null) continue;
          assert.match(log(deployJob(run)), reason);
          assert.doesNotMatch(log(deployJob(run)), /deployed/);
        }
      } finally {
        await operator.repos.deleteAnEnvironment(production);
      }
    });

    it("chooses by the runners' own label where the environment has another name", async () => {
      addPrimary();
      await choose(5);
      const run = release("auto", "release.yml", "lab");
      const decided = await gate(run);
      assert.equal(decided.conclusion, "failure");
      assert.match(decided.summary ?? "", /Expected self-hosted and lab among them/);
    });

    it("follows the choice of now when an old run is repeated", async () => {
      const runnerId = addPrimary();
      const run = release();
      assert.equal((await gate(run)).conclusion, "failure");
      assert.equal(await conclusion(run), "failure");
      await choose(5);
      emulator.engine.rerun(run.id, { only: "failed", login: "operator" });
      await until("the runner is offered the job", 20_000, () => emulator.engine.offered(runnerId));
      emulator.engine.cancel(run.id, { force: false });
      assert.equal(await conclusion(run), "cancelled");
    });

    it("takes a runner by hand when the monitoring host is blind", async () => {
      const runnerId = addPrimary();
      const run = release("primary");
      assert.equal((await gate(run)).conclusion, "success");
      await until("the runner is offered the job", 10_000, () => emulator.engine.offered(runnerId));
    });
  });
