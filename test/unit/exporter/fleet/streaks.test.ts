import assert from "node:assert/strict";
import fc from "fast-check";
import type { JobFacts, RunFacts } from "@ghrunners/core/github/facts";
import { type JobStreaks, streakSamples, streaksSchema, withJob } from "@ghrunners/exporter/fleet/streaks";
import { expected, job, NOW, run } from "./facts";

const config = {
  runners: [...expected, { name: "delivery", role: "delivery" as const, labels: ["self-hosted", "delivery"] }],
  deploymentWorkflow: "deploy.yml",
  smokeWorkflow: "runner-smoke.yml",
};
const smoke: RunFacts = { ...run, workflows: ["runner-smoke.yml"] };
const HOUR = 3_600;

/** A job that ended so many seconds after NOW. */
interface End {
  readonly on?: string;
  readonly at: number;
  readonly ended: string;
  readonly run?: RunFacts;
  readonly more?: Partial<JobFacts>;
}
const fails = (on: string, ...times: number[]): End[] => times.map((at) => ({ on, at, ended: "failure" }));
const succeeds = (on: string, at: number): End => ({ on, at, ended: "success" });

const after = (ends: readonly End[]): JobStreaks =>
  ends.reduce<JobStreaks>(
    (streaks, { on = "runner-1", at, ended, run: of = run, more }) =>
      withJob(streaks, config, of, { ...job, runner: on, conclusion: ended, completedAt: NOW + at, ...more }),
    {},
  );

/** Failures in a row of both runners, a star for a suspect: `3* 0`. */
const shown = (ends: readonly End[], seconds = 10): string => {
  const samples = streakSamples(config, after(ends), NOW + seconds);
  const value = (metric: string, runner: string): number | undefined =>
    samples.find((each) => each.metric === metric && each.labels.runner === runner)?.value;
  assert.equal(samples.length, 4, "the delivery runner deploys nothing");
  return ["runner-1", "runner-2"]
    .map(
      (name) =>
        `${value("githubDeploymentJobsFailedInRow", name)}${value("githubRunnerSuspect", name) === 1 ? "*" : ""}`,
    )
    .join(" ");
};

describe("deployment jobs that failed in a row on a runner", () => {
  it("make it suspect from the third one on", () => {
    assert.equal(shown([]), "0 0");
    assert.equal(shown(fails("runner-1", 1, 2)), "2 0");
    assert.equal(shown(fails("runner-1", 1, 2, 3)), "3* 0");
  });

  it("speak against no runner where they fail on the other one as well: it is the release", () => {
    assert.equal(shown([...fails("runner-1", 1, 2, 3), ...fails("runner-2", 4)]), "3 1");
    assert.equal(shown([...fails("runner-1", 1, 2, 3), ...fails("runner-2", 1, 2, 3)]), "3 3");
    assert.equal(shown([...fails("runner-1", 2, 3, 4), ...fails("runner-2", 1)]), "3* 1", "an earlier release");
  });

  it("speak against it although one failed elsewhere, once another succeeded there since", () => {
    const elsewhere = [succeeds("runner-2", 4), ...fails("runner-2", 5)];
    assert.equal(shown([...fails("runner-1", 1, 2, 3), ...elsewhere]), "3* 1");
    assert.equal(shown([succeeds("runner-2", 1), ...fails("runner-1", 1, 3, 4), ...fails("runner-2", 2)]), "3 1");
  });

  it("speak against no runner that is the only one", () => {
    const alone = { ...config, runners: expected.slice(0, 1) };
    const samples = streakSamples(alone, after(fails("runner-1", 1, 2, 3)), NOW);
    assert.deepEqual(
      samples.map(({ metric, value }) => [metric, value]),
      [
        ["githubDeploymentJobsFailedInRow", 3],
        ["githubRunnerSuspect", 0],
      ],
    );
  });

  it("begin anew after a success of a deployment or of the smoke job on it, and of no other job", () => {
    const three = fails("runner-1", 1, 2, 3);
    assert.equal(shown([...three, succeeds("runner-1", 4)]), "0 0");
    assert.equal(shown([...three, { at: 4, ended: "success", run: smoke }]), "0 0");
    assert.equal(shown([...three, { at: 4, ended: "success", run: { ...run, workflows: ["other.yml"] } }]), "3* 0");
    assert.equal(shown([...three, succeeds("runner-2", 4)]), "3* 0");
  });

  it("let it be tried again a day after the last one; a further one makes it suspect at once", () => {
    const three = fails("runner-1", 1, 2, 3);
    assert.equal(shown(three, 2 + 24 * HOUR), "3* 0");
    assert.equal(shown(three, 3 + 24 * HOUR), "3 0");
    assert.equal(shown([...three, ...fails("runner-1", 24 * HOUR)], 25 * HOUR), "4* 0");
  });

  it("are failures and exceeded limits; what is cancelled, skipped or refused neither counts nor clears", () => {
    const two = fails("runner-1", 1, 2);
    assert.equal(shown([...two, { at: 3, ended: "timed_out" }]), "3* 0");
    for (const ended of ["cancelled", "skipped", "startup_failure", "neutral"])
      assert.equal(shown([...two, { at: 3, ended }]), "2 0", ended);
    const step = (failedStep: string): End => ({ at: 3, ended: "failure", more: { failedStep } });
    assert.equal(shown([...two, step("Deployments are not paused")]), "2 0");
    assert.equal(shown([...two, step("The choice still holds")]), "2 0");
    assert.equal(shown([...two, step("Fetch the commit")]), "3* 0");
  });

  it("are those of the deployment workflow on a configured runner", () => {
    const three = (more: Omit<End, "at" | "ended">): End[] =>
      [1, 2, 3].map((at) => ({ at, ended: "failure", ...more }));
    for (const end of [
      { run: smoke },
      { on: "elsewhere" },
      { more: { labels: ["ubuntu-24.04"] } },
      { more: { runner: undefined } },
      { more: { completedAt: undefined } },
    ])
      assert.equal(shown(three(end)), "0 0", JSON.stringify(end));
    assert.deepEqual(streakSamples({ ...config, deploymentWorkflow: undefined }, {}, NOW), []);
    const without = { ...config, smokeWorkflow: undefined };
    assert.deepEqual(withJob({}, without, smoke, job)["runner-1"], { succeededAt: 0, failedAt: [] });
  });

  it("are the same in whatever order they are learnt, and few enough to keep", () => {
    const end = fc.record({
      on: fc.constantFrom("runner-1", "runner-2"),
      at: fc.integer({ min: 1, max: 9 }),
      ended: fc.constantFrom("failure", "success", "cancelled"),
    });
    const ends = fc.uniqueArray(end, { selector: ({ on, at }) => `${on}${at}` });
    fc.assert(
      fc.property(
        ends.chain((some) => fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length }))),
        ([some, shuffled]) => assert.equal(shown(shuffled), shown(some)),
      ),
    );
    const many = after(fails("runner-1", ...Array.from({ length: 150 }, (_, index) => index + 1)));
    assert.deepEqual([many["runner-1"]?.failedAt.length, many["runner-1"]?.failedAt.at(-1)], [100, NOW + 150]);
    assert.deepEqual(streaksSchema.parse(many), many);
  });
});
