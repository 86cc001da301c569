/** WhyFacts of one run, as every side shows them while all is well; a test changes what it is about. */
import { pauseWords } from "@ghrunners/failover/choice/pause";
import { runnerLabels } from "@ghrunners/core/vocabulary/runner";
import type { Candidate, WhyFacts, RunnerFacts, TargetFacts, WhyJob, WhyRun } from "@ghrunners/cli/why/facts";

export const at = "2026-01-01T12:00:00.000Z";
const made = "2026-01-01T11:55:00.000Z";
export const url = "https://github.example/octo-org/demo-app/actions/runs/7";
const labels = runnerLabels("production", "primary");

export const run = (change: Partial<WhyRun> = {}): WhyRun => ({
  ...{ id: 7, url, title: "Deploy 2 (20260101T115500Z-ab12)", workflow: "release.yml", deploys: true, attempt: 1 },
  ...{ status: "in_progress", conclusion: null, createdAt: made },
  ...change,
});

export const gate: WhyJob = {
  ...{ name: "Release / Gate / Choose", url: `${url}/job/1`, status: "completed", conclusion: "success" },
  ...{ runner: "GitHub Actions 1", labels: ["ubuntu-24.04"], createdAt: made, failedStep: null },
};

export const job = (change: Partial<WhyJob> = {}): WhyJob => ({
  ...{ name: "Release / Deploy", url: `${url}/job/2`, status: "queued", conclusion: null },
  ...{ runner: null, labels, createdAt: made, failedStep: null },
  ...change,
});

export const candidate = (change: Partial<Candidate> = {}): Candidate => ({
  ...{ name: "runner-1", online: true, busy: false, labels },
  ...change,
});
export const other = candidate({ name: "runner-2", labels: runnerLabels("production", "secondary") });

export const runner = (change: Partial<RunnerFacts> = {}): RunnerFacts => ({
  ...{ name: "runner-1", role: "primary", labels, maintenance: null, unit: "active", job: null },
  ...{ lastWord: "2026-01-01 11:00:00Z: Listening for Jobs", problem: null },
  ...change,
});

export const target = (change: Partial<TargetFacts> = {}): TargetFacts => ({
  ...{ name: "app", deployed: true, open: null, last: null, own: null, problem: null },
  ...change,
});

export const own = (outcome: NonNullable<TargetFacts["own"]>["outcome"], detail?: string): TargetFacts["own"] => ({
  ...{ id: "20260101T115500Z-ab12", version: "2", previousVersion: "1", outcome },
  failure: detail === undefined ? null : { code: "health_check", detail },
});

export const held = (outcome: "rollback_failed" | null): TargetFacts["open"] => ({
  ...{ id: "20260101T090000Z-0001", version: "3", owner: "octocat@runner-1", startedAt: "2026-01-01T09:00:00.000Z" },
  ...{ lease: "held", outcome, running: null },
});

export const fresh: NonNullable<WhyFacts["switch"]> = {
  ...{
    state: "fresh",
    runner: "runner-1",
    role: "primary",
    reason: "runner-1 deploys: healthy.",
    runners: [],
    outdatedBy: [],
  },
  ...{ decidedAt: "2026-01-01T11:59:55.000Z", expiresAt: "2026-01-01T12:01:55.000Z" },
};

export const go = { go: true, runner: "primary", reason: "runner-1 deploys: healthy" } as const;

type Change = Partial<Omit<WhyFacts, "github">> & { readonly github?: Partial<WhyFacts["github"]> };

export const facts = ({ github, ...change }: Change = {}): WhyFacts => ({
  ...{ stack: "production", at, repository: "octo-org/demo-app", run: run(), runners: [runner()] },
  ...{ switch: fresh, paused: null, targets: [target()], unread: [] },
  ...change,
  github: {
    ...{
      jobs: [gate, job()],
      gate: go,
      words: [],
      deployments: [],
      approvals: [],
      groups: [],
      runners: [candidate(), other],
    },
    ...github,
  },
});

/** The run ended, with its deployment job as given. */
export const ended = (conclusion: string, last: Partial<WhyJob>, change: Change = {}): WhyFacts =>
  facts({
    ...change,
    run: run({ status: "completed", conclusion }),
    github: { jobs: [gate, job({ status: "completed", conclusion, runner: "runner-1", ...last })], ...change.github },
  });

export const review = { environment: "production", reviewers: ["octocat", "hubot"], waitMinutes: 0, waitsUntil: null };
export const away = { until: "2026-01-01T14:00:00.000Z", reason: "a new disk", by: "octocat@desk" };
export const waiting = { jobs: [gate, job({ status: "waiting" })] };
export const PAUSE = pauseWords({
  ...{ environment: "production", until: "2026-01-01T14:00:00Z", note: "a migration", by: "octocat" },
});
