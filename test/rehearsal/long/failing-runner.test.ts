import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { rehearsedSettings } from "@ghrunners/lab/driver/alert-rehearsal";
import { Failover } from "@ghrunners/lab/driver/failover";
import { FastMonitoring } from "@ghrunners/lab/driver/fast-monitoring";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";
import { repositoryFolder } from "@ghrunners/lab/lifecycle";
import { until } from "@ghrunners/core/until";
import { undoneAfter } from "../../support/undone-after";

/** From a job's end to the new choice: the fleet exporter asks every second here, and the switch looks every 5 s. */
const LIMIT_MS = 45_000;
/** Gate, approval and job. */
const DEPLOYMENT_MS = 180_000;
/** The primary proves itself for a minute before it is taken again. */
const RECOVERY_MS = 120_000;

const workflow = `name: Failing runner
run-name: failing runner \${{ inputs.proof }}
on:
  workflow_dispatch:
    inputs:
      proof: { type: string, required: true }
      runner: { type: string, default: auto }
permissions: {}
jobs:
  deploy:
    name: Deploy
    permissions: { contents: read, issues: write }
    uses: ./.github/workflows/deploy.yml
    with: { environment: lab, runner: "\${{ inputs.runner }}", script: failing-runner.sh }
    secrets: inherit
`;
const files = { ".github/workflows/failing-runner.yml": workflow, "failing-runner.sh": "true\n" };

const row = ({ name, role }: { readonly name: string; readonly role: string }): string =>
  `github_deployment_jobs_failed_in_row{runner="${name}",role="${role}"}`;
const suspect = row(primary).replace("github_deployment_jobs_failed_in_row", "github_runner_suspect");

/** Each machine looks healthy; deployments show that it is not. */
describe("a runner on which deployments fail", () => {
  let rehearsal: Rehearsal;
  let failover: Failover;
  let monitoring: FastMonitoring;
  let count = 0;
  const undo = undoneAfter();

  before(async () => {
    rehearsal = await Rehearsal.ready();
    failover = new Failover(rehearsal);
    await failover.pushRelease();
    const folder = repositoryFolder(rehearsal.lab.instance);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
      undo(() => rmSync(path.join(folder, name)));
    }
    monitoring = new FastMonitoring(rehearsal.lab.instance);
    undo(() => monitoring.stop());
    await monitoring.start({ ...rehearsedSettings, failover: true });
    await monitoring.watching(6);
    await failover.settled(RECOVERY_MS);
  });

  /** Breaks what only deployments need: the commit arrives compressed, and no exporter unpacks anything. */
  async function withoutGzip(machines: readonly { readonly vmId: number }[], work: () => Promise<void>): Promise<void> {
    const change = (mode: string): Promise<unknown> =>
      Promise.all(machines.map(({ vmId }) => rehearsal.inMachine(vmId, "chmod", mode, "/usr/bin/gzip")));
    await change("0");
    try {
      await work();
    } finally {
      await change("755");
    }
  }

  /** Deploys to the end. @param wanted `auto`, or a role by hand @returns the runner's name and GitHub's conclusion */
  async function deploy(wanted = "auto"): Promise<string> {
    const { octokit, repository } = rehearsal;
    const proof = `failing-${(count += 1)}`;
    const inputs = { proof, runner: wanted };
    const file = { ...repository, workflow_id: "failing-runner.yml" };
    await octokit.rest.actions.createWorkflowDispatch({ ...file, ref: "main", inputs });
    const run = await until(`the deployment ${proof} is over`, DEPLOYMENT_MS, async () => {
      const { data } = await octokit.rest.actions.listWorkflowRuns(file);
      return data.workflow_runs.find((each) => each.display_title.endsWith(proof) && each.status === "completed");
    });
    const { data } = await octokit.rest.actions.listJobsForWorkflowRun({ ...repository, run_id: run.id });
    const job = data.jobs.find(({ labels }) => labels.includes("self-hosted"));
    return `${job?.runner_name} ${job?.conclusion}`;
  }

  /** Waits until the fleet exporter shows these values. */
  function shows(wanted: Readonly<Record<string, number>>): Promise<true> {
    return until(`the fleet exporter shows ${JSON.stringify(wanted)}`, LIMIT_MS, async () => {
      const lines = (await failover.onHost("curl --silent --fail http://127.0.0.1:9102/metrics")).split("\n");
      const missing = Object.entries(wanted).filter(([series, value]) => !lines.includes(`${series} ${value}`));
      if (missing.length === 0) return true as const;
      throw new Error(lines.filter((line) => /failed_in_row\{|suspect\{/.test(line)).join(", "));
    });
  }

  const heard = (status: string, since: number): Promise<boolean> =>
    until(`on-call hears that RunnerDegraded for failed jobs is ${status}`, RECOVERY_MS, async () =>
      (await monitoring.told()).some(
        (told) =>
          told.labels.reason === "failed_jobs" &&
          told.labels.runner === primary.name &&
          told.status === status &&
          told.at > since,
      ),
    );

  it("is left after three of them, on-call and the status say why, and the smoke job's success brings it back", async () => {
    const begun = Date.now();
    await withoutGzip([primary], async () => {
      for (const failures of [1, 2, 3]) {
        assert.equal(await deploy(), `${primary.name} failure`);
        await shows({ [row(primary)]: failures, [suspect]: failures === 3 ? 1 : 0 });
      }
      const third = Date.now();
      const choice = await failover.chosen(secondary.name, LIMIT_MS);
      process.stdout.write(
        `      ${((Date.now() - third) / 1000).toFixed(1)} s from the exporter's value to the new choice\n`,
      );
      assert.match(choice.reason, /lab-runner: degraded, its last 3 deployment jobs failed/);
      await heard("firing", begun);
      const { problems, choice: seen } = await rehearsal.status();
      assert.match(
        problems.join("\n"),
        /lab-runner is degraded for deployments: its last 3 .*Next: ghrunners smoke --role primary/,
      );
      const graded = seen?.runners.find(({ name }) => name === primary.name);
      assert.deepEqual([graded?.grade, graded?.cause], ["degraded", "failed_jobs"]);
      assert.equal(await deploy(), `${secondary.name} success`);
      await failover.onHost("systemctl restart ghrunners-fleet-exporter");
      await shows({ [row(primary)]: 3, [suspect]: 1, [row(secondary)]: 0 });
    });
    // Repaired, but nobody deploys on it: only a proof brings it back.
    await failover.chosen(secondary.name, 1_000);
    const { code, all } = await rehearsal.run(["ghrunners", "smoke", "--role", "primary"]);
    assert.equal(code, 0, all);
    await failover.chosen(primary.name, RECOVERY_MS);
    await heard("resolved", begun);
    assert.equal(await deploy(), `${primary.name} success`);
  });

  it("stays where they fail on every runner; a deployment on it by hand that succeeds clears it", async () => {
    await failover.settled(RECOVERY_MS);
    const told = (await monitoring.told()).length;
    await withoutGzip([primary, secondary], async () => {
      assert.equal(await deploy(), `${primary.name} failure`);
      assert.equal(await deploy("secondary"), `${secondary.name} failure`);
      assert.equal(await deploy(), `${primary.name} failure`);
      assert.equal(await deploy(), `${primary.name} failure`);
      await shows({ [row(primary)]: 3, [row(secondary)]: 1, [suspect]: 0 });
      assert.equal(await deploy(), `${primary.name} failure`);
      await shows({ [row(primary)]: 4, [suspect]: 0 });
      await failover.settled(1_000);
    });
    assert.equal(await deploy("secondary"), `${secondary.name} success`);
    const begun = Date.now();
    // It was the runner after all, as far as anybody can know now.
    await shows({ [row(primary)]: 4, [row(secondary)]: 0, [suspect]: 1 });
    await failover.chosen(secondary.name, LIMIT_MS);
    await heard("firing", begun);
    assert.equal(await deploy("primary"), `${primary.name} success`);
    await shows({ [row(primary)]: 0, [suspect]: 0 });
    await failover.chosen(primary.name, RECOVERY_MS);
    const reasons = (await monitoring.told()).slice(told).filter(({ labels }) => labels.reason === "failed_jobs");
    assert.deepEqual(new Set(reasons.map(({ labels }) => labels.runner)), new Set([primary.name]));
  });
});
