import assert from "node:assert/strict";
import type { OpenRun } from "@ghrunners/core/github/facts";
import { queueSamples } from "@ghrunners/exporter/fleet/queue";
import { expected, job, NOW, run } from "./facts";

describe("the queue", () => {
  const queued = (labels: readonly string[], createdAt = NOW - 60): OpenRun => ({
    run,
    jobs: [{ ...job, status: "queued", labels, createdAt }],
  });
  const idle = { id: 1, online: true, busy: false, version: undefined };

  it("shows who could take a job and does not", () => {
    const runners = [
      { ...idle, name: "runner-1", labels: ["Self-Hosted", "production", "primary"] },
      { ...idle, name: "runner-2", labels: ["self-hosted", "production", "secondary"], busy: true },
      { ...idle, name: "runner-3", labels: ["self-hosted"] },
    ];
    const samples = queueSamples([queued(["self-hosted", "production"])], runners, expected, NOW);
    const set = samples.filter(({ labels }) => labels["labels"] === "production,self-hosted");
    assert.deepEqual(
      set.map(({ metric, value }) => [metric, value]),
      [
        ["githubJobsQueued", 1],
        ["githubJobQueueOldest", 60],
        ["githubJobsQueuedDespiteIdle", 0],
      ],
    );
  });

  it("counts a job that asks for labels of these runners without self-hosted", () => {
    const samples = queueSamples([queued(["primary", "production"])], undefined, expected, NOW);
    const counts = samples.filter(({ metric, value }) => metric === "githubJobsQueued" && value > 0);
    assert.deepEqual(
      counts.map(({ labels, value }) => [labels["labels"], value]),
      [["primary,production", 1]],
    );
  });

  describe("counts the jobs that an idle runner should have taken", () => {
    const both = [
      { ...idle, name: "runner-1", labels: ["self-hosted", "production", "primary"] },
      { ...idle, name: "runner-2", labels: ["self-hosted", "production", "secondary"] },
    ];
    const counts = (runs: readonly OpenRun[], runners: typeof both | undefined): Record<string, number> =>
      Object.fromEntries(
        queueSamples(runs, runners, expected, NOW)
          .filter(({ metric }) => metric === "githubJobsQueuedDespiteIdle")
          .map(({ labels, value }): [string, number] => [labels["labels"] ?? "", value]),
      );
    const shared = queued(["self-hosted", "production"], NOW - 61);
    const primary = queued(["self-hosted", "production", "primary"], NOW - 90);

    it("once for each idle runner, the longest wait first", () => {
      const none = { "primary,production,self-hosted": 0, "production,secondary,self-hosted": 0 };
      assert.deepEqual(counts([], both), none);
      assert.deepEqual(counts([shared, primary], both), {
        ...{ "primary,production,self-hosted": 1, "production,secondary,self-hosted": 0 },
        "production,self-hosted": 1,
      });
      const three = [1, 2, 3].map(() => queued(["self-hosted", "production"], NOW - 61));
      assert.equal(counts(three, both)["production,self-hosted"], 2);
      assert.equal(counts([shared, primary], both.slice(0, 1))["production,self-hosted"], 0);
    });

    it("not while GitHub may still assign them, nor for a runner that is busy or offline, nor if it is unknown", () => {
      assert.equal(counts([queued(["self-hosted", "production"])], both)["production,self-hosted"], 0);
      const away = both.map((runner, index) => ({ ...runner, online: index === 0, busy: index === 0 }));
      assert.equal(counts([shared], away)["production,self-hosted"], 0);
      assert.deepEqual(counts([shared], undefined), {});
    });

    it("from the end of a wait for an approval or for another deployment", () => {
      const approved = {
        run,
        jobs: shared.jobs.map((each) => ({ ...each, createdAt: NOW - 7_200, queuedSince: NOW - 5 })),
      };
      const samples = queueSamples([approved], both, expected, NOW);
      const set = samples.filter(({ labels }) => labels["labels"] === "production,self-hosted");
      assert.deepEqual(
        set.map(({ value }) => value),
        [1, 5, 0],
      );
    });
  });

  it("is bounded, whatever workflows ask for, and leaves hosted runners out", () => {
    const many = Array.from({ length: 100 }, (_, index) => queued(["self-hosted", `label-${index}`]));
    const samples = queueSamples([...many, queued(["ubuntu-latest"])], undefined, expected, NOW);
    const sets = samples.filter(({ metric }) => metric === "githubJobsQueued");
    assert.equal(sets.length, 2 + 20 + 1);
    assert.equal(
      sets.reduce((sum, { value }) => sum + value, 0),
      100,
    );
    assert.equal(sets.find(({ labels }) => labels["labels"] === "other")?.value, 80);
  });
});
