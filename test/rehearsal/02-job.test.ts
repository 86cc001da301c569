import assert from "node:assert/strict";
import { until } from "@ghrunners/core/until";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";

describe("jobs", () => {
  let rehearsal: Rehearsal;
  before(async () => {
    rehearsal = await Rehearsal.ready();
  });

  async function runOn(
    role: string,
    proof: string,
  ): Promise<{ runner: string | null; conclusion: string | null; log: string }> {
    const labels = JSON.stringify(["self-hosted", "linux", "x64", "lab", role]);
    await rehearsal.octokit.rest.actions.createWorkflowDispatch({
      ...rehearsal.repository,
      workflow_id: "runner-smoke.yml",
      ref: "main",
      inputs: { labels, proof },
    });
    const run = await until(`the run ${proof} is completed`, 60_000, async () => {
      const { data } = await rehearsal.octokit.rest.actions.listWorkflowRunsForRepo(rehearsal.repository);
      return data.workflow_runs.find((entry) => entry.display_title.includes(proof) && entry.status === "completed");
    });
    const { data } = await rehearsal.octokit.rest.actions.listJobsForWorkflowRun({
      ...rehearsal.repository,
      run_id: run.id,
    });
    const job = data.jobs[0];
    assert.ok(job);
    return { runner: job.runner_name, conclusion: job.conclusion, log: await rehearsal.jobLog(job.id) };
  }

  for (const { role, name } of [primary, secondary]) {
    it(`a job for the ${role} runs on it, as an unprivileged user`, async () => {
      const job = await runOn(role, `proof-${role}`);
      assert.equal(job.conclusion, "success", job.log);
      assert.equal(job.runner, name);
      assert.match(job.log, /runs jobs as actions-runner/);
    });
  }

  it("a job whose labels no runner has stays queued", async () => {
    const before = await rehearsal.mark("github");
    await rehearsal.octokit.rest.actions.createWorkflowDispatch({
      ...rehearsal.repository,
      workflow_id: "runner-smoke.yml",
      ref: "main",
      inputs: { labels: JSON.stringify(["self-hosted", "nowhere"]), proof: "proof-nowhere" },
    });
    await until("the job is queued", 10_000, async () =>
      (await rehearsal.events("github", before)).some((event) => event.kind === "job.queued"),
    );
    const { data } = await rehearsal.octokit.rest.actions.listWorkflowRunsForRepo(rehearsal.repository);
    const run = data.workflow_runs.find((entry) => entry.display_title.includes("proof-nowhere"));
    assert.equal(run?.status, "queued");
    await rehearsal.octokit.rest.actions.cancelWorkflowRun({ ...rehearsal.repository, run_id: run.id });
    const assigned = (await rehearsal.events("github", before)).filter((event) => event.kind === "job.assigned");
    assert.deepEqual(assigned, []);
  });
});
