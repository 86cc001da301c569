import assert from "node:assert/strict";
import { until } from "@ghrunners/core/until";
import { runJob, smokeJob, startJob } from "@ghrunners/lab/driver/jobs";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";

describe("jobs on the runners", () => {
  let rehearsal: Rehearsal;
  before(async () => {
    rehearsal = await Rehearsal.ready();
  });

  for (const { role, name } of [primary, secondary]) {
    it(`a job for the ${role} runs on it, as an unprivileged user`, async () => {
      const job = await runJob(rehearsal, smokeJob(role, `proof-${role}`));
      assert.equal(job.conclusion, "success", job.log);
      assert.equal(job.runner, name);
      assert.match(job.log, /runs jobs as actions-runner/);
    });
  }

  it("a job whose labels no runner has stays queued", async () => {
    const before = await rehearsal.mark("github");
    await startJob(rehearsal, smokeJob("nowhere", "proof-nowhere"));
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
