/** zod schema of `ghrunners why`. Published in docs/reference/schemas. */
import { z } from "zod";
import { deploymentRecordSchema, failureSchema } from "@ghrunners/deploy/records/schemas";
import { verdictSchema } from "../deploy/schema";
import { choiceStatusSchema } from "../status/schema";

/** Every cause. The order has no meaning. */
export const causeKinds = [
  "no_run",
  "succeeded",
  "starting",
  "running",
  "approval",
  "wait_timer",
  "environment_rule",
  "concurrency",
  "hosted_runner",
  "no_runner",
  "runners_offline",
  "runners_busy",
  "in_maintenance",
  "not_taken",
  "runner_lost",
  "choice_expired",
  "gate_refused",
  "gate_failed",
  "paused",
  "target_locked",
  "refused",
  "rolled_back",
  "rollback_failed",
  "failed_after_commit",
  "failed_on_runner",
  "not_started",
  "cancelled",
] as const;

export const whyJobSchema = z.strictObject({
  name: z.string().describe("With the names of the calling jobs, as `Release / Deploy`."),
  url: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  runner: z.string().nullable().describe("Runner that took it; null while none has."),
  labels: z.array(z.string()).describe("Labels that a runner needs to take it."),
  createdAt: z.iso.datetime(),
  failedStep: z.string().nullable().describe("Its first step that failed; null if none did."),
});

export const whyRunSchema = z.strictObject({
  id: z.int(),
  url: z.string(),
  title: z.string(),
  workflow: z.string().describe("File name of the workflow that was started."),
  deploys: z.boolean().describe("Whether the run starts or calls the workflow that deploys."),
  attempt: z.int(),
  status: z.string(),
  conclusion: z.string().nullable(),
  createdAt: z.iso.datetime(),
});

export const whyApprovalSchema = z.strictObject({
  environment: z.string(),
  reviewers: z.array(z.string()).describe("Logins and teams that may approve; empty if no review is required."),
  waitMinutes: z.number().min(0).describe("Wait timer of the environment; 0: none."),
  waitsUntil: z.iso.datetime().nullable().describe("When the wait timer ends; null: there is none."),
});

export const whyGroupSchema = z.strictObject({
  group: z.string(),
  holder: z
    .strictObject({ run: z.int(), url: z.string(), name: z.string() })
    .nullable()
    .describe("The run that has the place; null if GitHub names none."),
  ahead: z.int().min(0).describe("Members before this run, the holder included."),
});

export const whyCandidateSchema = z.strictObject({
  name: z.string(),
  online: z.boolean(),
  busy: z.boolean(),
  labels: z.array(z.string()),
});

export const whyRunnerSchema = z.strictObject({
  name: z.string(),
  role: z.string(),
  labels: z.array(z.string()).describe("Labels by the configuration."),
  maintenance: z
    .strictObject({ until: z.iso.datetime(), reason: z.string(), by: z.string() })
    .nullable()
    .describe("Null: it is in service."),
  unit: z.string().nullable().describe("State of its unit, as systemd names it; null: its host was not read."),
  job: z.string().nullable().describe("Name of the job that runs on its host; null: none, or its host was not read."),
  lastWord: z.string().nullable().describe("The newest line of its listener about its connection and its jobs."),
  problem: z.string().nullable().describe("Why its host could not be read; null if it was, or was not asked."),
});

export const whyTargetSchema = z.strictObject({
  name: z.string(),
  deployed: z.boolean().describe("Whether the target has a deployment agent: the first deployment installs it."),
  open: z
    .strictObject({
      id: z.string(),
      version: z.string(),
      owner: z.string(),
      startedAt: z.iso.datetime(),
      lease: z.enum(["held", "expired"]),
      outcome: deploymentRecordSchema.shape.outcome.nullable(),
      running: z.string().nullable().describe("The action that runs; null: none."),
    })
    .nullable()
    .describe("The deployment that holds the lock; null: the target is free."),
  last: z
    .strictObject({ id: z.string(), version: z.string(), outcome: deploymentRecordSchema.shape.outcome })
    .nullable()
    .describe("The newest record; null: there is none."),
  own: z
    .strictObject({
      id: z.string(),
      version: z.string(),
      outcome: deploymentRecordSchema.shape.outcome,
      failure: failureSchema.nullable(),
      previousVersion: z.string().nullable(),
    })
    .nullable()
    .describe("The record of this run's deployment; null: the target has none."),
  problem: z.string().nullable().describe("Why it could not be read; null if it was."),
});

export const whySchema = z.strictObject({
  stack: z.string(),
  at: z.iso.datetime(),
  repository: z.string(),
  run: whyRunSchema.nullable().describe("Null: nothing was deployed through GitHub yet."),
  cause: z.strictObject({
    kind: z.enum(causeKinds),
    words: z.string().describe("One sentence: why the run waits, failed or is done."),
  }),
  further: z.array(z.string()).describe("What would stop the run after that."),
  deployments: z
    .array(
      z.strictObject({
        caller: z.string().describe("The job that calls deploy.yml, as `Release (web)`."),
        kind: z.enum(causeKinds),
        words: z.string().describe("One sentence: why this deployment waits, failed or is done."),
        problem: z.boolean(),
        next: z.string().nullable(),
      }),
    )
    .describe("Each deployment of a run that has several; empty for any other run."),
  problem: z.boolean().describe("Whether something has to be done: it failed, or does not go on by itself."),
  next: z.string().nullable().describe("The next thing to do; null: nothing."),
  github: z.strictObject({
    jobs: z.array(whyJobSchema),
    gate: verdictSchema.nullable().describe("The gate's verdict; null if it has not decided, or could not be read."),
    words: z.array(z.string()).describe("Errors in the log of the job that failed."),
    deployments: z
      .array(z.strictObject({ caller: z.string(), gate: verdictSchema.nullable(), words: z.array(z.string()) }))
      .describe("The same for each deployment of a run that has several; empty for any other run."),
    approvals: z.array(whyApprovalSchema),
    groups: z.array(whyGroupSchema).describe("Concurrency groups in which the run waits."),
    runners: z.array(whyCandidateSchema).nullable().describe("The repository's runners; null: not read."),
  }),
  runners: z.array(whyRunnerSchema).describe("The stack's runners that the run used, or that fit its waiting job."),
  switch: choiceStatusSchema.nullable().describe("Null: DEPLOY_RUNNER could not be read."),
  paused: z
    .string()
    .nullable()
    .describe("Why deployments to the environment are paused; null: they are not, or it could not be read."),
  targets: z.array(whyTargetSchema).describe("Empty if the run deploys nothing."),
  unread: z.array(z.string()).describe("What could not be read, and why."),
});
