/** Runs that have ended. */
import type { WhyFacts } from "@ghrunners/cli/why/facts";
import type { WhyCase } from "./case";
import { candidate, ended, facts, gate, held, own, PAUSE, run, target } from "./facts";

const refusal = (reason: string, anchor: string): Partial<WhyFacts["github"]> => ({
  jobs: [{ ...gate, conclusion: "failure", failedStep: "Choose a runner" }],
  gate: { go: false, reason, runbook: `https://github.example/runbooks/${anchor}` },
});
const failedRun = { run: run({ status: "completed", conclusion: "failure" }) };

export const endedCases: readonly WhyCase[] = [
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
