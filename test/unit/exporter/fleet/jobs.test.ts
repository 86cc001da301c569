import assert from "node:assert/strict";
import { countJob, startTally } from "@ghrunners/exporter/fleet/jobs";
import { counterSeries, histogramSeries } from "@ghrunners/metrics-server/tally";
import { expected, job, NOW, run } from "./facts";

describe("the fleet exporter counts", () => {
  const config = { runners: expected, deploymentWorkflow: "deploy.yml", pollSeconds: 15 };
  const empty = startTally(config, undefined);
  const counters = (tally: typeof empty, metric: "githubJobs" | "githubDeploymentJobs"): unknown =>
    counterSeries(tally, metric)
      .filter(({ value }) => value > 0)
      .map(({ labels, value }) => [...Object.values(labels), value]);

  it("a deployment on a configured runner", () => {
    const tally = countJob(empty, config, run, { job, queuedOnly: true });
    assert.deepEqual(counters(tally, "githubJobs"), [["runner-1", "primary", "success", 1]]);
    assert.deepEqual(counters(tally, "githubDeploymentJobs"), [["runner-1", "primary", "success", 1]]);
    const [duration] = histogramSeries(tally, "githubJobDuration").filter(({ count }) => count > 0);
    assert.equal(duration?.sum, 60);
    assert.equal(histogramSeries(tally, "githubDeploymentQueueDuration")[0]?.sum, 10);
  });

  it("a deployment whatever workflow starts it, and no run that calls none", () => {
    for (const [workflows, count] of [
      [["deploy.yml"], 1],
      [["anything.yml", "deploy.yml"], 1],
      [["anything.yml"], 0],
    ] as const) {
      const tally = countJob(empty, config, { ...run, workflows }, { job, queuedOnly: true });
      assert.equal((counters(tally, "githubDeploymentJobs") as unknown[]).length, count, workflows.join());
    }
  });

  it("a deployment that asks for labels of these runners without self-hosted", () => {
    const bare = { ...job, labels: ["production", "primary"] };
    const tally = countJob(empty, config, run, { job: bare, queuedOnly: true });
    assert.deepEqual(counters(tally, "githubDeploymentJobs"), [["runner-1", "primary", "success", 1]]);
  });

  it("a deployment that never reached a runner, and no job that is hosted or skipped", () => {
    const lost = countJob(empty, config, run, {
      job: { ...job, runner: undefined, startedAt: NOW - 90, conclusion: "cancelled" },
      queuedOnly: true,
    });
    assert.deepEqual(counters(lost, "githubDeploymentJobs"), [["none", "none", "cancelled", 1]]);
    assert.deepEqual(counters(lost, "githubJobs"), []);
    for (const other of [
      { ...job, labels: ["ubuntu-latest"], runner: "GitHub Actions 1" },
      { ...job, conclusion: "skipped", runner: undefined },
    ])
      assert.deepEqual(countJob(empty, config, run, { job: other, queuedOnly: true }), empty);
  });

  it("no waiting time where the wait may have been for an approval", () => {
    const queue = (queuedOnly: boolean | undefined, startedAt: number): number | undefined =>
      histogramSeries(
        countJob(empty, config, run, { job: { ...job, startedAt }, queuedOnly }),
        "githubDeploymentQueueDuration",
      )[0]?.count;
    assert.equal(queue(false, NOW - 90), 0);
    assert.equal(queue(undefined, NOW - 69), 0, "the last read is too old");
    assert.equal(queue(undefined, NOW - 71), 1);
  });

  it('a new conclusion of GitHub as "other", not under a label of its own', () => {
    const tally = countJob(empty, config, run, { job: { ...job, conclusion: "exploded" }, queuedOnly: true });
    assert.deepEqual(counters(tally, "githubJobs"), [["runner-1", "primary", "other", 1]]);
  });
});
