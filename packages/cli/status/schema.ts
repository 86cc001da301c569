/** zod schema of a stack's status. Published in docs/reference/schemas. */
import { z } from "zod";
import { protection } from "@ghrunners/core/github/protection";
import { judgedSchema } from "@ghrunners/failover/choice/decision-schema";
import { pauseSchema } from "../pause/schema";
import { alertStatusSchema, ruleStatusSchema, targetStatusSchema } from "../monitoring/schema";

export const machineStatusSchema = z.strictObject({
  vmId: z.int(),
  name: z.string(),
  role: z.string(),
  address: z.ipv4(),
  status: z
    .string()
    .describe(
      "`running`, `stopped`, `missing` when Proxmox VE has no such VM, `unknown` when it did not answer or the VM's node is off.",
    ),
});

export const runnerStatusSchema = z.strictObject({
  name: z.string(),
  role: z.string(),
  id: z.int().nullable().describe("Registration number; null when GitHub does not know the runner."),
  status: z
    .enum(["online", "offline", "missing", "unknown"])
    .describe("`missing`: GitHub has no such runner. `unknown`: GitHub did not answer."),
  busy: z.boolean(),
  version: z.string().nullable(),
  labels: z.array(z.string()),
  missingLabels: z
    .array(z.string())
    .describe("Labels of the configuration that GitHub does not show, and the reverse."),
  unexpectedLabels: z.array(z.string()),
});

export const environmentStatusSchema = z.strictObject({
  name: z.string(),
  protection: protection
    .nullable()
    .describe("GitHub's view; null if there is no such environment, or if it is in `unknown`."),
  asConfigured: z.boolean().describe("Whether GitHub's protection is the configured one."),
});

export const monitoringStatusSchema = z.strictObject({
  prometheus: z.string().describe("Prometheus's address from the operator's side."),
  targets: z.array(targetStatusSchema),
  rules: ruleStatusSchema,
  alerts: z.array(alertStatusSchema).describe("Alerts that fire, are about to, or are muted."),
  watchdog: z
    .boolean()
    .describe("Whether Watchdog, the alert that always fires, fires: without it, alerts may not reach on-call."),
});

export const choiceStatusSchema = z.strictObject({
  state: z
    .enum(["missing", "off", "unreadable", "future", "expired", "refused", "fresh"])
    .describe(
      "`off`: the stack runs no failover switch. `missing`: no choice was published. `future`: by a clock that is ahead, so the gate refuses it. `refused`: no runner may deploy.",
    ),
  runner: z.string().nullable().describe("Name of the runner; null unless the state is `fresh`."),
  role: z.string().nullable(),
  decidedAt: z.iso.datetime().nullable().describe("RFC 3339; null if there is nothing readable."),
  expiresAt: z.iso.datetime().nullable(),
  reason: z
    .string()
    .nullable()
    .describe("Why this runner or none, or why there is no failover switch; null if there is nothing readable."),
  runners: z
    .array(judgedSchema)
    .describe("How the failover switch grades each runner; empty if the choice is too old to say so."),
  outdatedBy: z
    .array(z.string())
    .describe(
      "Runners that GitHub shows online, and that this choice took for offline or not registered: a newer choice follows.",
    ),
});

export const jobStatusSchema = z.strictObject({
  workflow: z.string(),
  job: z.string(),
  runner: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  seconds: z.number().nullable(),
  completedAt: z.string().nullable(),
  url: z.string(),
});

export const statusReportSchema = z
  .strictObject({
    version: z.literal(1),
    at: z.iso.datetime(),
    stack: z.string(),
    environment: z.string(),
    repository: z.string().regex(/^[^\/]+\/[^\/]+$/),
    hosts: z.enum(["manage", "skip"]).describe("`skip`: the stack manages machines only, so no runner is expected."),
    machines: z.array(machineStatusSchema),
    runners: z.array(runnerStatusSchema),
    deployment: environmentStatusSchema
      .nullable()
      .describe("The GitHub environment that the stack manages; null: it manages none."),
    monitoring: monitoringStatusSchema
      .nullable()
      .describe("Null: the stack has no monitoring host, or it is in `unknown`."),
    maintenance: z
      .array(
        z.strictObject({
          name: z.string().describe("Name of the runner at GitHub."),
          until: z.iso.datetime().describe("RFC 3339; from then on the entry is ignored."),
          reason: z.string(),
          by: z.string().describe("Who started it."),
        }),
      )
      .describe("Runners of this stack that are out of service for a time."),
    pause: pauseSchema
      .nullable()
      .describe("The pause of deployments that is on, which is no problem; null: none, or it is in `unknown`."),
    choice: choiceStatusSchema
      .nullable()
      .describe("Null: the stack manages machines only, or the choice is in `unknown`."),
    lastJob: jobStatusSchema
      .nullable()
      .describe("Null: no job of GitHub's last ten runs ran on a runner of the stack, or it is in `unknown`."),
    unknown: z
      .array(z.enum(["machines", "runners", "deployment", "monitoring", "maintenance", "pause", "choice", "lastJob"]))
      .describe(
        "Parts that could not be read, so that their null or empty list says nothing. `problems` has the cause.",
      ),
    problems: z.array(z.string()).describe("Everything that is not as configured; empty means healthy."),
    healthy: z.boolean(),
  })
  .meta({ title: "Status of a stack, as `ghrunners status --json` prints it" });
