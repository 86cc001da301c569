import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import * as z from "zod";
import { fleetConfig, hostConfig } from "@ghrunners/exporter/config";
import { readConfig } from "@ghrunners/metrics-server/config";
import { nextDelayMs, pauseUntil, silenceLeft } from "@ghrunners/core/github/back-off";
import { mayAsk, newBudget, refill, spend } from "@ghrunners/core/github/budget";
import type { JobFacts, OpenRun, RunFacts } from "@ghrunners/core/github/facts";
import { countJob, startTally } from "@ghrunners/exporter/fleet/jobs";
import { toDeadline, toOfferedVersions, toRun } from "@ghrunners/core/github/read-facts";
import { toEnvironment } from "@ghrunners/core/github/protection";
import { protectionDrift } from "@ghrunners/exporter/fleet/protection";
import { queueSamples } from "@ghrunners/exporter/fleet/queue";
import { labelDrift, runnerSamples, versionBehind } from "@ghrunners/exporter/fleet/runners";
import { StateFile } from "@ghrunners/metrics-server/state-file";
import { counterSeries, histogramSeries } from "@ghrunners/metrics-server/tally";

const NOW = 1_000_000;
const run: RunFacts = {
  id: 1,
  attempt: 1,
  status: "in_progress",
  workflows: ["release.yml", "deploy.yml", "runner-gate.yml"],
  createdAt: NOW - 100,
  startedAt: NOW - 100,
  updatedAt: "",
};
const job: JobFacts = {
  id: 1,
  name: "Deploy / Deploy",
  attempt: 1,
  status: "completed",
  conclusion: "success",
  labels: ["self-hosted", "production"],
  runner: "runner-1",
  createdAt: NOW - 100,
  startedAt: NOW - 90,
  completedAt: NOW - 30,
};
const expected = [
  { name: "runner-1", role: "primary" as const, labels: ["self-hosted", "production", "primary"] },
  { name: "runner-2", role: "secondary" as const, labels: ["self-hosted", "production", "secondary"] },
];

describe("the budget of requests", () => {
  it("never gives more than the share and its burst, whatever happens", () => {
    const step = fc.record({ pause: fc.integer({ min: 0, max: 600 }), status: fc.constantFrom(200, 304, 500) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        let [now, budget, paid] = [0, newBudget(0.1, 0), 0];
        for (const { pause, status } of steps) {
          now += pause;
          budget = refill(budget, now);
          if (!mayAsk(budget, 0)) continue;
          budget = spend(budget, status);
          if (status !== 304) paid += 1;
        }
        assert.ok(paid <= 50 + (500 * now) / 3600 + 1, `${paid} requests in ${now} s`);
      }),
    );
  });

  it("leaves something for what matters more, and follows the limit that GitHub tells", () => {
    let budget = newBudget(0.1, 0);
    for (let spent = 0; spent < 45; spent += 1) budget = spend(budget, 200);
    assert.deepEqual([mayAsk(budget, 0), mayAsk(budget, 0.15)], [true, false]);
    assert.equal(refill(budget, 0, 1500).tokens, 5);
    assert.equal(refill(budget, 3600, 1500).tokens, 150);
  });
});

describe("after a refusal", () => {
  it("a silence that a clock that was ahead has set does not last for a day", () => {
    assert.deepEqual([silenceLeft(0, 5), silenceLeft(5_005, 5), silenceLeft(86_400_000, 5)], [0, 5_000, 0]);
  });

  it("GitHub's own words say how long to be silent", () => {
    const refusal = (status: number, headers: Record<string, string> = {}, message = ""): number | undefined =>
      pauseUntil({ status, headers, message }, 5_000);
    assert.equal(refusal(403, { "retry-after": "60" }), 65_000);
    assert.equal(refusal(403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "100" }), 100_000);
    assert.equal(refusal(429), 65_000);
    assert.equal(refusal(403, {}, "You have exceeded a secondary rate limit."), 65_000);
    assert.equal(refusal(403, {}, "Resource not accessible by personal access token"), undefined);
    assert.equal(refusal(500), undefined);
  });

  it("an endpoint is asked less and less, and never less than every five minutes", () => {
    const delays = [0, 1, 2, 3, 20].map((failures) => nextDelayMs(15_000, failures, 1));
    assert.deepEqual(delays, [15_000, 30_000, 60_000, 120_000, 300_000]);
    assert.equal(nextDelayMs(15_000, 1, 0), 22_500);
  });
});

describe("GitHub's runners", () => {
  const fleet = { runners: expected, knownRunners: ["staging-runner", "delivery-*"] };

  it("knows runners of other stacks by name; every other one is unknown", () => {
    const named = (name: string) => ({ id: 1, name, online: true, busy: false, labels: [], version: undefined });
    const unknown = (...names: string[]): number | undefined =>
      runnerSamples(fleet, names.map(named), [], { lastSeen: {}, firstOffered: {} }, {}, NOW)[0]?.value;
    assert.equal(unknown("runner-1", "staging-runner", "delivery-1"), 0);
    assert.equal(unknown("staging-runner-2", "delivery", "intruder"), 3);
  });

  it("labels compare without case and order, and count in both directions", () => {
    assert.equal(labelDrift(["X64", "Self-Hosted"], ["self-hosted", "x64"]), 0);
    assert.equal(labelDrift(["a", "b"], ["b", "c", "d"]), 3);
  });

  it("are behind since a newer version was first seen", () => {
    assert.equal(versionBehind("2.336.0", {}, NOW), undefined);
    const offered = { "2.335.1": 10, "2.336.0": NOW - 900, "2.337.0": NOW - 500, "2.338.0": NOW - 100 };
    assert.equal(versionBehind("2.338.0", offered, NOW), 0);
    assert.equal(versionBehind("2.336.0", offered, NOW), 500);
  });

  it("that are not registered have no state", () => {
    const seen = runnerSamples(fleet, [], [], { lastSeen: { "runner-1": 5 }, firstOffered: {} }, {}, NOW);
    assert.deepEqual(
      seen.map(({ metric, value, labels }) => [metric, labels["runner"], value]),
      [
        ["githubRunnersUnknown", undefined, 0],
        ["githubRunnerRegistered", "runner-1", 0],
        ["githubRunnerLastSeenOnline", "runner-1", 5],
        ["githubRunnerRegistered", "runner-2", 0],
      ],
    );
  });
});

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

describe("counting", () => {
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

  it("a deployment that never reached a runner, and what is none", () => {
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

  it("a wait that may have been for an approval is no queue", () => {
    const queue = (queuedOnly: boolean | undefined, startedAt: number): number | undefined =>
      histogramSeries(
        countJob(empty, config, run, { job: { ...job, startedAt }, queuedOnly }),
        "githubDeploymentQueueDuration",
      )[0]?.count;
    assert.equal(queue(false, NOW - 90), 0);
    assert.equal(queue(undefined, NOW - 69), 0, "the last read is too old");
    assert.equal(queue(undefined, NOW - 71), 1);
  });

  it("what GitHub invents is other, not a label of its own", () => {
    const tally = countJob(empty, config, run, { job: { ...job, conclusion: "exploded" }, queuedOnly: true });
    assert.deepEqual(counters(tally, "githubJobs"), [["runner-1", "primary", "other", 1]]);
  });
});

describe("GitHub's answers", () => {
  it("name the workflow's file, also of a called workflow of a ref", () => {
    const raw = { id: 1, status: "queued", created_at: "2026-01-01T00:00:00Z", updated_at: "x" };
    const path = ".github/workflows/release.yml@refs/heads/main";
    const called = [{ path: "octo-org/infra/.github/workflows/deploy.yml@refs/heads/main" }];
    assert.deepEqual(toRun({ ...raw, path, referenced_workflows: called }).workflows, ["release.yml", "deploy.yml"]);
    assert.deepEqual(toRun({ ...raw, path }).workflows, ["release.yml"]);
    assert.equal(toRun({ ...raw, path: ".github/workflows/deploy.yml" }).createdAt, 1_767_225_600);
  });

  it("announce an end, or none", () => {
    assert.equal(toDeadline({ runtime_deprecates_at: "2026-03-13T18:34:13Z" }), 1_773_426_853);
    assert.equal(toDeadline({ runtime_deprecates_at: null }), undefined);
  });

  it("offer versions for the runners' kind of machine", () => {
    const file = (
      os: string,
      architecture: string,
      filename: string,
    ): { os: string; architecture: string; filename: string } => ({
      os,
      architecture,
      filename,
    });
    const files = [
      file("linux", "x64", "actions-runner-linux-x64-2.336.0.tar.gz"),
      file("linux", "arm64", "actions-runner-linux-arm64-2.337.0.tar.gz"),
      file("win", "x64", "actions-runner-win-x64-2.338.0.zip"),
    ];
    assert.deepEqual(toOfferedVersions(files), ["2.336.0"]);
  });

  it("an environment without any rule is unprotected, and drifts", () => {
    const seen = toEnvironment({ deployment_branch_policy: null }, []);
    const drifted = protectionDrift(
      { reviewers: ["a"], waitMinutes: 0, preventSelfReview: true, adminsCanBypass: false, branches: [], tags: ["v*"] },
      seen,
    );
    assert.deepEqual(
      drifted.filter(({ value }) => value === 1).map(({ labels }) => labels["setting"]),
      ["reviewers", "admins_can_bypass", "tags"],
    );
  });
});

describe("the exporter's files", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "ghr-files-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("a state that cannot be read counts as none, and is said", () => {
    const said: string[] = [];
    const file = path.join(folder, "state/x.json");
    const state = new StateFile(file, z.object({ n: z.number() }), (line) => said.push(line));
    assert.equal(state.read(), undefined);
    state.write({ n: 7 });
    assert.deepEqual(state.read(), { n: 7 });
    writeFileSync(file, readFileSync(file, "utf8").slice(0, 3));
    assert.equal(state.read(), undefined);
    assert.match(said.join(), /counting starts anew/);
  });

  it("a folder that cannot be written is said, and does not end the exporter", () => {
    const said: string[] = [];
    writeFileSync(path.join(folder, "file"), "");
    new StateFile(path.join(folder, "file/x.json"), z.unknown(), (line) => said.push(line)).write({});
    assert.match(said.join(), /could not be written/);
  });

  it("a configuration with errors names them all", () => {
    const file = path.join(folder, "config.json");
    writeFileSync(file, JSON.stringify({ view: "host", unit: "x", listen: { host: "", port: 1 }, extra: 1 }));
    assert.throws(() => readConfig(file, hostConfig), /listen\.host[\s\S]*unit[\s\S]*runnerHome[\s\S]*extra/);
    assert.throws(() => readConfig(path.join(folder, "none.json"), fleetConfig), /cannot be read/);
  });
});
