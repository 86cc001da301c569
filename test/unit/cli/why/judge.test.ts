import assert from "node:assert/strict";
import type { WhyAnswer, CauseKind, WhyFacts } from "@ghrunners/cli/why/facts";
import { pauseWords } from "@ghrunners/failover/choice/pause";
import { judge } from "@ghrunners/cli/why/judge";
import { renderWhy } from "@ghrunners/cli/why/render";
import { causeKinds } from "@ghrunners/cli/why/schema";
import { candidate, ended, facts, fresh, gate, held, job, other, own, run, runner, target, url } from "./facts";

interface Case {
  readonly title: string;
  readonly facts: WhyFacts;
  readonly kind: CauseKind;
  readonly words: RegExp;
  readonly problem: boolean;
  readonly next: RegExp | null;
}

const review = { environment: "production", reviewers: ["octocat", "hubot"], waitMinutes: 0, waitsUntil: null };
const away = { until: "2026-01-01T14:00:00.000Z", reason: "a new disk", by: "octocat@desk" };
const waiting = { jobs: [gate, job({ status: "waiting" })] };
const refusal = (reason: string, anchor: string): Partial<WhyFacts["github"]> => ({
  jobs: [{ ...gate, conclusion: "failure", failedStep: "Choose a runner" }],
  gate: { go: false, reason, runbook: `https://github.example/runbooks/${anchor}` },
});
const failedRun = { run: run({ status: "completed", conclusion: "failure" }) };

const PAUSE = pauseWords({
  ...{ environment: "production", until: "2026-01-01T14:00:00Z", note: "a migration", by: "octocat" },
});

const cases: readonly Case[] = [
  {
    title: "an approval is missing",
    facts: facts({ run: run({ status: "waiting" }), github: { ...waiting, approvals: [review] } }),
    kind: "approval",
    words: /^The run waits for the approval of octocat or hubot for the environment production, for 5 min\.$/,
    problem: false,
    next: /^octocat or hubot approves or rejects it: https:/,
  },
  {
    title: "a wait timer runs",
    facts: facts({
      github: {
        ...waiting,
        approvals: [{ ...review, reviewers: [], waitMinutes: 30, waitsUntil: "2026-01-01T12:25:00.000Z" }],
      },
    }),
    kind: "wait_timer",
    words: /wait timer of the environment production, until 2026-01-01T12:25/,
    problem: false,
    next: null,
  },
  {
    title: "another rule of the environment is pending",
    facts: facts({ github: { ...waiting, approvals: [{ ...review, reviewers: [] }] } }),
    kind: "environment_rule",
    words: /a protection rule of the environment production/,
    problem: false,
    next: /https:/,
  },
  {
    title: "the deployment before it has the place",
    facts: facts({
      github: {
        jobs: [gate, job({ status: "pending" })],
        groups: [
          { group: "deploy-production", ahead: 2, holder: { run: 6, url: "https://x", name: "Release / Deploy" } },
        ],
      },
    }),
    kind: "concurrency",
    words: /waits for Release \/ Deploy \(run 6\) in the concurrency group deploy-production, as number 2 in its queue/,
    problem: false,
    next: /^ghrunners why 6$/,
  },
  {
    title: "no runner has these labels, for a misspelt one",
    facts: facts({ github: { jobs: [job({ labels: ["self-hosted", "produktion"] })] }, runners: [] }),
    kind: "no_runner",
    words: /No runner of the repository has the labels \[self-hosted, produktion\] .*runner-1 lacks produktion\.$/,
    problem: true,
    next: /^correct runs-on/,
  },
  {
    title: "the configured runner lost its labels",
    facts: facts({ github: { runners: [candidate({ labels: ["self-hosted"] }), other] } }),
    kind: "no_runner",
    words: /: runner-1 lacks linux, x64, production, primary\.$/,
    problem: true,
    next: /^pulumi up --refresh$/,
  },
  {
    title: "the configured runner is not registered",
    facts: facts({ github: { runners: [other] } }),
    kind: "no_runner",
    words: /: GitHub has no registration of runner-1\.$/,
    problem: true,
    next: /^pulumi up --refresh$/,
  },
  {
    title: "GitHub's runners could not be read",
    facts: facts({ github: { runners: null } }),
    kind: "no_runner",
    words: /GitHub's runners could not be read/,
    problem: true,
    next: /^ghrunners status$/,
  },
  {
    title: "every fitting runner is busy",
    facts: facts({
      github: { runners: [candidate({ busy: true }), other] },
      runners: [runner({ job: "nightly / build" })],
    }),
    kind: "runners_busy",
    words: /waits until a runner with its labels is free: runner-1 \(runs "nightly \/ build"\) is busy\.$/,
    problem: false,
    next: null,
  },
  {
    title: "every fitting runner is offline",
    facts: facts({ github: { runners: [candidate({ online: false }), other] }, runners: [runner({ unit: "failed" })] }),
    kind: "runners_offline",
    words: /^GitHub shows runner-1 offline, and no other runner .* \(its unit on runner-1 is failed\)\.$/,
    problem: true,
    next: /offline-restore\.md#runneroffline$/,
  },
  {
    title: "the only fitting runner is offline for its maintenance",
    facts: facts({
      github: { runners: [candidate({ online: false }), other] },
      runners: [runner({ maintenance: away })],
    }),
    kind: "in_maintenance",
    words: /runner-1 is in maintenance until 2026-01-01T14:00:00.000Z \(a new disk; by octocat@desk\)\.$/,
    problem: true,
    next: /ghrunners maintenance end runner-1$/,
  },
  {
    title: "a fitting runner is idle and does not take the job",
    facts: facts({ runners: [runner({ lastWord: "Runner connect error: refused" })] }),
    kind: "not_taken",
    words: /is queued although runner-1 is online, idle and has its labels: .* last word is "Runner connect error/,
    problem: true,
    next: /#queuedwhileeligibleidle$/,
  },
  {
    title: "GitHub's own runners are awaited",
    facts: facts({ github: { jobs: [{ ...gate, status: "queued", conclusion: null, runner: null }], gate: null } }),
    kind: "hosted_runner",
    words: /waits for one of GitHub's own runners \[ubuntu-24\.04\]/,
    problem: false,
    next: null,
  },
  {
    title: "the job runs",
    facts: facts({
      github: {
        jobs: [gate, job({ status: "in_progress", runner: "runner-1" })],
        runners: [candidate({ busy: true })],
      },
      targets: [target({ open: { ...held(null), running: 'step "start"' } as never })],
    }),
    kind: "running",
    words: /runs on runner-1, for 5 min since it was made: step "start" on app\.$/,
    problem: false,
    next: null,
  },
  {
    title: "the runner of a running job is gone",
    facts: facts({
      github: {
        jobs: [gate, job({ status: "in_progress", runner: "runner-1" })],
        runners: [candidate({ online: false })],
      },
      runners: [runner({ unit: null, lastWord: null, problem: "no answer on port 22" })],
      targets: [target({ open: { ...held(null), lease: "expired" } as never })],
    }),
    kind: "runner_lost",
    words:
      /runs on runner-1, which GitHub shows offline \(its host cannot be read\)\. The target app rolls back by itself/,
    problem: true,
    next: /^ghrunners why 7 again in a minute/,
  },
  {
    title: "GitHub has made no job yet",
    facts: facts({ run: run({ status: "queued" }), github: { jobs: [], gate: null } }),
    kind: "starting",
    words: /GitHub is starting the run: it is queued/,
    problem: false,
    next: null,
  },
  {
    title: "the choice was not renewed",
    facts: facts({
      ...failedRun,
      github: refusal(
        "DEPLOY_RUNNER expired at 12:00: the failover switch is not running.",
        "monitoring-blind.md#failoverswitchstale",
      ),
    }),
    kind: "choice_expired",
    words: /^The gate refused the deployment: DEPLOY_RUNNER expired at 12:00: the failover switch is not running\.$/,
    problem: true,
    next: /^ghrunners gate; https:.*#failoverswitchstale, then start/,
  },
  {
    title: "the gate found no runner",
    facts: facts({
      ...failedRun,
      github: refusal("The monitoring host offers no runner: down", "offline-restore.md#noauthorisedcapacity"),
    }),
    kind: "gate_refused",
    words: /^The gate refused the deployment: The monitoring host offers no runner: down\.$/,
    problem: true,
    next: /^ghrunners gate; https:.*#noauthorisedcapacity/,
  },
  {
    title: "the gate refused for a maintenance",
    facts: facts({
      ...failedRun,
      github: refusal(
        "No runner may deploy: primary runner-1: unusable, in maintenance until 14:00: a new disk.",
        "offline-restore.md#noauthorisedcapacity",
      ),
    }),
    kind: "in_maintenance",
    words: /in maintenance until 14:00: a new disk\.$/,
    problem: true,
    next: /^ghrunners maintenance; /,
  },
  {
    title: "the gate refused because deployments are paused",
    facts: facts({ ...failedRun, github: refusal(PAUSE, "deployment-failed.md") }),
    kind: "paused",
    words:
      /^The gate refused the deployment: Deployments to production are paused until .*: a migration \(by octocat\)\.$/,
    problem: true,
    next: /ghrunners resume/,
  },
  {
    title: "deployments were paused while it waited",
    facts: ended("failure", { failedStep: "Deployments are not paused" }, { github: { words: [PAUSE] } }),
    kind: "paused",
    words: /^The job "Release \/ Deploy" refused the deployment: Deployments to production are paused/,
    problem: true,
    next: /ghrunners resume/,
  },
  {
    title: "the gate itself broke",
    facts: facts({
      ...failedRun,
      github: {
        jobs: [{ ...gate, conclusion: "failure", failedStep: "Choose a runner" }],
        gate: null,
        words: ["no token"],
      },
    }),
    kind: "gate_failed",
    words: /^The gate could not choose a runner: no token\.$/,
    problem: true,
    next: /^read its log: https:.*\/job\/1$/,
  },
  {
    title: "a step failed on the runner",
    facts: ended("failure", { failedStep: "Run the script" }, { github: { words: ["npm: not found"] } }),
    kind: "failed_on_runner",
    words: /^The job "Release \/ Deploy" failed on runner-1 in the step "Run the script": npm: not found\.$/,
    problem: true,
    next: /^read its log: https:.*\/job\/2$/,
  },
  {
    title: "GitHub lost the runner of a job",
    facts: ended("failure", {}, { github: { runners: [candidate({ online: false })] } }),
    kind: "runner_lost",
    words: /failed without a failed step: GitHub lost the runner, which is offline\.$/,
    problem: true,
    next: /#runneroffline$/,
  },
  {
    title: "another deployment has the target",
    facts: ended(
      "failure",
      { failedStep: "Deploy" },
      {
        github: {
          words: ["Deployment 1 of version 3 by octocat has held the lock since 9:00. Next: wait for its end"],
        },
        targets: [target({ open: held(null) })],
      },
    ),
    kind: "target_locked",
    words: /^The target is locked: Deployment 1 of version 3 by octocat has held the lock since 9:00\.$/,
    problem: true,
    next: /^wait for its end/,
  },
  {
    title: "a failed rollback keeps the target",
    facts: ended("failure", { failedStep: "Deploy" }, { targets: [target({ open: held("rollback_failed") })] }),
    kind: "target_locked",
    words: /^The target app is locked: deployment 20260101T090000Z-0001 of version 3 could not be undone/,
    problem: true,
    next: /#deploymentpartialstate, then ghrunners deploy --version 3 --retry-rollback$/,
  },
  {
    title: "the target refused",
    facts: ended("failure", { failedStep: "Deploy" }, { targets: [target({ own: own("refused", "disk full") })] }),
    kind: "refused",
    words: /^app refused version 2 before anything was changed: disk full\.$/,
    problem: true,
    next: /^ghrunners review 2026/,
  },
  {
    title: "the deployment was rolled back",
    facts: ended("failure", { failedStep: "Deploy" }, { targets: [target({ own: own("rolled_back", "api: 500") })] }),
    kind: "rolled_back",
    words: /^Version 2 was rolled back on app, version 1 is back \(health_check\): api: 500\.$/,
    problem: true,
    next: /^ghrunners review 20260101T115500Z-ab12 --kind postmortem$/,
  },
  {
    title: "the rollback failed",
    facts: ended("failure", { failedStep: "Deploy" }, { targets: [target({ own: own("rollback_failed", "busy") })] }),
    kind: "rollback_failed",
    words: /^app is between two versions/,
    problem: true,
    next: /#deploymentpartialstate$/,
  },
  {
    title: "only a step after the commit failed",
    facts: ended("failure", { failedStep: "Report" }, { targets: [target({ own: own("succeeded") })] }),
    kind: "failed_after_commit",
    words: /^Version 2 is deployed to app and stays, but afterwards the step "Report" failed\.$/,
    problem: true,
    next: /^read the log/,
  },
  {
    title: "it was cancelled before a runner took it",
    facts: ended("cancelled", { runner: null }),
    kind: "cancelled",
    words: /^The run was cancelled before a runner had taken its job\.$/,
    problem: true,
    next: /^start it again/,
  },
  {
    title: "the workflow's file is not valid",
    facts: facts({
      run: run({ status: "completed", conclusion: "startup_failure" }),
      github: { jobs: [], gate: null },
    }),
    kind: "not_started",
    words: /GitHub started no job of the run/,
    problem: true,
    next: /https:/,
  },
  {
    title: "it succeeded",
    facts: ended("success", {}, { targets: [target({ own: own("succeeded") })] }),
    kind: "succeeded",
    words: /^Version 2 was deployed to app\.$/,
    problem: false,
    next: null,
  },
  {
    title: "there was nothing to do",
    facts: ended("success", {}, { github: { words: ["Version 2 is installed and healthy: nothing to do."] } }),
    kind: "succeeded",
    words: /nothing to do\.$/,
    problem: false,
    next: null,
  },
  {
    title: "nothing was ever deployed",
    facts: facts({ run: null, github: { jobs: [], gate: null } }),
    kind: "no_run",
    words: /No run of the repository has deployed yet/,
    problem: false,
    next: /^ghrunners deploy/,
  },
];

describe("why a run waits, failed or is done", () => {
  for (const { title, facts: seen, kind, words, problem, next } of cases) {
    it(title, () => {
      const answer = judge(seen);
      assert.equal(answer.cause.kind, kind, answer.cause.words);
      assert.match(answer.cause.words, words);
      assert.deepEqual([answer.problem, answer.further], [problem, []]);
      if (next === null) assert.equal(answer.next, null);
      else assert.match(answer.next ?? "", next);
    });
  }

  it("has a case for every cause", () => {
    const seen = new Set(cases.map(({ kind }) => kind));
    assert.deepEqual(
      causeKinds.filter((kind) => !seen.has(kind)),
      [],
    );
  });
});

describe("what would stop a run after what it waits for", () => {
  const waits = (change: Parameters<typeof facts>[0] = {}): WhyAnswer =>
    judge(facts({ ...change, github: { ...waiting, approvals: [review], ...change.github } }));

  it("is nothing while every side is ready", () => {
    assert.deepEqual([waits().further, waits().problem], [[], false]);
  });

  it("is a runner that is offline: its approval alone would not help", () => {
    const answer = waits({ github: { runners: [candidate({ online: false })] } });
    assert.equal(answer.cause.kind, "approval");
    assert.match(answer.further.join(), /^GitHub shows runner-1 offline/);
    assert.equal(answer.problem, true);
  });

  it("is a choice that expired, or that now names another runner", () => {
    const expired = waits({ switch: { ...fresh, state: "expired", runner: null, role: null } });
    assert.match(expired.further.join(), /it will refuse: no runner may deploy: DEPLOY_RUNNER expired at 2026/);
    const moved = waits({ switch: { ...fresh, runner: "runner-2", role: "secondary" } });
    assert.match(
      moved.further.join(),
      /the gate chose \[.*primary\], and DEPLOY_RUNNER now names runner-2 \(secondary\)/,
    );
    const byHand = { go: true, runner: "primary", reason: "primary was requested by hand" } as const;
    assert.deepEqual(waits({ switch: { ...fresh, state: "expired" }, github: { gate: byHand } }).further, []);
  });

  it("is a pause of deployments", () => {
    const answer = waits({ paused: PAUSE });
    assert.match(answer.further.join(), /it will refuse: Deployments to production are paused until/);
    assert.match(renderWhy(answer), /Pause\n.*a migration/);
  });

  it("is a target that a failed rollback keeps", () => {
    assert.match(waits({ targets: [target({ open: held("rollback_failed") })] }).further.join(), /app is locked/);
    assert.deepEqual(waits({ targets: [target({ open: held(null) })] }).further, []);
  });
});

describe("the answer as text", () => {
  it("has the cause first, every side, and the next command last", () => {
    const answer = judge(
      facts({
        github: { ...waiting, approvals: [review] },
        runners: [runner({ maintenance: away })],
        unread: ["GitHub refused to read what waits for approval"],
      }),
    );
    const text = renderWhy(answer);
    const order = [
      "The run waits for the approval of octocat or hubot",
      url,
      "GitHub",
      "run 7 of release.yml: in_progress, started 5 min ago",
      "needs [self-hosted, linux, x64, production, primary]",
      "Runners",
      "unit active, no job",
      "in maintenance until",
      "last word: 2026-01-01 11:00:00Z: Listening for Jobs",
      "Failover switch",
      "runner-1 (primary), decided 5 s ago",
      "Targets",
      "app: free; no record, none of this run; its agent answers",
      "Not read",
      "Next",
    ];
    let from = 0;
    for (const part of order) {
      const found = text.indexOf(part, from);
      assert.ok(found >= 0, `${part} after ${from} in ${text}`);
      from = found;
    }
  });
});
