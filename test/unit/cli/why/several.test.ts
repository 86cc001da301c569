import assert from "node:assert/strict";
import type { WhyFacts, WhyJob } from "@ghrunners/cli/why/facts";
import { judge } from "@ghrunners/cli/why/judge";
import { renderWhy } from "@ghrunners/cli/why/render";
import { candidate, facts, gate, go, job, own, review, run, target } from "./facts";

/** The jobs of one caller, its own job as given. */
const jobsOf = (caller: string, change: Partial<WhyJob>): WhyJob[] => [
  { ...gate, name: `${caller} / Gate / Choose` },
  job({ name: `${caller} / Deploy`, ...change }),
];
const done = { status: "completed", conclusion: "success", runner: "runner-1" };
const failed = { ...done, conclusion: "failure", failedStep: "Deploy" };
const [web, api] = ["Release (web)", "Release (api)"];

const several = (
  jobs: readonly WhyJob[],
  change: Partial<Omit<WhyFacts, "github">> & { github?: Partial<WhyFacts["github"]> } = {},
): WhyFacts =>
  facts({
    targets: [target({ name: "web" }), target({ name: "api" })],
    ...change,
    github: {
      jobs: [...jobs],
      deployments: [web, api].map((caller) => ({ caller, gate: go, words: [] })),
      ...change.github,
    },
  });
const failure = run({ status: "completed", conclusion: "failure" });

describe("why a run with several deployments waits, failed or is done", () => {
  it("says of each what it is, and first what failed", () => {
    const targets = [
      target({ name: "web", own: own("succeeded") }),
      target({ name: "api", own: own("rolled_back", "no answer") }),
    ];
    const answer = judge(several([...jobsOf(web, done), ...jobsOf(api, failed)], { run: failure, targets }));
    assert.equal(answer.cause.kind, "rolled_back");
    assert.match(answer.cause.words, /^Release \(api\): Version 2 was rolled back on api/);
    assert.deepEqual(
      answer.deployments.map(({ caller, kind, problem }) => [caller, kind, problem]),
      [
        [web, "succeeded", false],
        [api, "rolled_back", true],
      ],
    );
    const text = renderWhy(answer);
    assert.match(
      text,
      /● Release \(web\): Version 2 was deployed to web\.\n.*● Release \(api\): Version 2 was rolled back/,
    );
    assert.match(text, /gate of Release \(web\): primary \(runner-1 deploys: healthy\)/);
  });

  it("says what the log of the one that failed says, although another one is first", () => {
    const deployments = [
      { caller: web, gate: go, words: [] },
      {
        caller: api,
        gate: { go: false, reason: "no runner is healthy", runbook: "docs/runbooks/README.md" } as const,
        words: [],
      },
    ];
    const refused = jobsOf(api, { status: "completed", conclusion: "skipped" }).map((each, index) =>
      index === 0 ? { ...each, conclusion: "failure" } : each,
    );
    const answer = judge(several([...jobsOf(web, done), ...refused], { run: failure, github: { deployments } }));
    assert.match(answer.cause.words, /^Release \(api\): The gate refused the deployment: no runner is healthy\.$/);
  });

  it("goes by what still runs or waits while nothing has failed", () => {
    const answer = judge(
      several([...jobsOf(web, done), ...jobsOf(api, { status: "waiting" })], { github: { approvals: [review] } }),
    );
    assert.deepEqual([answer.cause.kind, answer.problem], ["approval", false]);
    assert.match(answer.cause.words, /^Release \(api\): The run waits for the approval/);
    assert.deepEqual(
      answer.deployments.map(({ kind }) => kind),
      ["succeeded", "approval"],
    );
  });

  it("names a deployment whose runner is offline beside one that runs", () => {
    const jobs = [...jobsOf(web, { ...done, status: "in_progress", conclusion: null }), ...jobsOf(api, {})];
    const secondary = ["self-hosted", "linux", "x64", "production", "secondary"];
    const waits = jobs.map((each) => (each.name === `${api} / Deploy` ? { ...each, labels: secondary } : each));
    const runners = [candidate(), candidate({ name: "runner-2", labels: secondary, online: false })];
    const answer = judge(several(waits, { github: { runners } }));
    assert.deepEqual([answer.cause.kind, answer.problem], ["runners_offline", true]);
    assert.match(answer.cause.words, /^Release \(api\): GitHub shows runner-2 offline/);
  });

  it("succeeds as a whole, or fails by a job outside of them", () => {
    const jobs = [...jobsOf(web, done), ...jobsOf(api, done)];
    const success = judge(several(jobs, { run: run({ status: "completed", conclusion: "success" }) }));
    assert.deepEqual(success.cause, { kind: "succeeded", words: "All 2 deployments of the run succeeded." });
    const after = job({ name: "Announce", ...failed, labels: ["ubuntu-24.04"], failedStep: "Tell" });
    const answer = judge(several([...jobs, after], { run: failure }));
    assert.match(answer.cause.words, /^The job "Announce" failed on runner-1 in the step "Tell"/);
    assert.equal(answer.problem, true);
  });

  it("gives a record to no deployment where the names do not say whose it is", () => {
    const targets = [target({ name: "app", own: own("rolled_back", "no answer") })];
    const answer = judge(several([...jobsOf(web, done), ...jobsOf(api, failed)], { run: failure, targets }));
    assert.deepEqual(
      answer.deployments.map(({ kind }) => kind),
      ["succeeded", "failed_on_runner"],
    );
  });

  it("is unchanged for a run with one", () => {
    assert.deepEqual(judge(facts()).deployments, []);
  });
});
