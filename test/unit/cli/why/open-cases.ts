/** Runs that wait or are under way. */
import type { WhyCase } from "./case";
import { away, candidate, facts, gate, held, job, other, review, run, runner, target, waiting } from "./facts";

export const openCases: readonly WhyCase[] = [
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
    title: "an earlier run holds the concurrency group",
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
];
