/**
 * Schemas of what each command prints with `--json`, and of the records that the project keeps. Published as
 * docs/reference/schemas/NAME.json. No command loads this file at run time: the compiler checks the printed values
 * against its types.
 */
import { z } from "zod";
import { deploymentRecordSchema, incidentRecordSchema, rollbackRecordSchema } from "@ghrunners/deploy/records/schemas";
import { gateDecisionSchema } from "@ghrunners/failover/choice/decision-schema";
import { blastRadiusSchema } from "./blast-radius/schema";
import { panelsSchema } from "./console/panels-schema";
import { consoleAddressSchema, snapshotSchema } from "./console/schema";
import { followedSchema, outcomeSchema } from "./deploy/schema";
import { doctorReportSchema } from "./doctor/schema";
import { driftReportSchema } from "./drift/schema";
import { gateViewSchema } from "./gate/schema";
import { targetIncidentsSchema } from "./incidents/schema";
import { initSchema } from "./init/schema";
import { maintenanceReportSchema } from "./maintenance/schema";
import { monitoringViewSchema } from "./monitoring/schema";
import { patchReportSchema } from "./patch/schema";
import { pauseReportSchema } from "./pause/schema";
import { promotionRecordSchema } from "./promote/schema";
import { pruneReportSchema } from "./prune/schema";
import { criteriaSchema, deploymentListSchema, reviewDocumentSchema } from "./review/schema";
import { rollbackReportSchema } from "./rollback-runners/schema";
import { runbookSchema } from "./runbook/schema";
import { setupGitHubSchema, setupMonitoringSchema, setupProxmoxSchema, setupWorkflowsSchema } from "./setup/schema";
import { smokeJobResultSchema } from "./smoke/schema";
import { statusReportSchema } from "./status/schema";
import { supportReportSchema } from "./support/schema";
import { upkeepSchema } from "./upkeep/schema";
import { whySchema } from "./why/schema";

/** Increased when a field changes its meaning. */
const version = z.literal(1);

export const schemas = {
  alerts: z.strictObject({ version, ...monitoringViewSchema.shape }).meta({ title: "Alerts of an environment" }),
  "blast-radius": z.strictObject({ version, ...blastRadiusSchema.shape }).meta({ title: "What a preview would touch" }),
  console: consoleAddressSchema,
  "console-panels": panelsSchema,
  "console-snapshot": snapshotSchema,
  criteria: z
    .strictObject({ schema: z.literal("ghrunners.criteria-list/1"), targets: z.array(criteriaSchema) })
    .meta({ title: "The success criteria of each target, computed from its records" }),
  "dashboards-check": z
    .strictObject({
      version,
      panels: z.array(
        z.strictObject({
          dashboard: z.string(),
          panel: z.string(),
          series: z.int().min(0),
          event: z.string().describe("The event that would produce data, if there is none."),
        }),
      ),
    })
    .meta({ title: "Which panels of the dashboards have data" }),
  "dashboards-page": z.strictObject({ version, file: z.string() }).meta({ title: "The page that was drawn" }),
  deploy: z
    .union([
      z.strictObject({ schema: z.literal("ghrunners.deploy/1"), ...followedSchema.shape }),
      ...outcomeSchema.options.map((each) =>
        z.strictObject({ schema: z.literal("ghrunners.deploy/1"), ...each.shape }),
      ),
    ])
    .meta({ title: "Result of a deployment through GitHub or from this machine" }),
  deployment: deploymentRecordSchema,
  deployments: deploymentListSchema,
  doctor: doctorReportSchema,
  drift: driftReportSchema,
  gate: z.strictObject({ version, ...gateViewSchema.shape }).meta({ title: "Which runner deploys next, and why" }),
  "gate-decision": gateDecisionSchema,
  incident: incidentRecordSchema,
  incidents: z
    .strictObject({ version, targets: z.array(targetIncidentsSchema) })
    .meta({ title: "Incidents of the targets, and their issues" }),
  init: z.strictObject({ version, ...initSchema.shape }).meta({ title: "A stack that was made or completed" }),
  maintenance: maintenanceReportSchema,
  "maintenance-change": z
    .strictObject({
      version,
      runners: z.array(z.string()),
      until: z.iso.datetime().nullable().describe("RFC 3339; null: in service."),
      applied: z.boolean().describe("False: a dry run."),
      steps: z.array(z.string()).describe("The steps that would be done; empty if they were done."),
    })
    .meta({ title: "A runner taken out of service, or put back" }),
  patch: patchReportSchema,
  pause: pauseReportSchema,
  "promote-staging": z
    .strictObject({ version, stack: z.string(), result: z.literal("proved") })
    .meta({ title: "A commit proved on staging" }),
  promotion: promotionRecordSchema,
  prune: pruneReportSchema,
  "restore-monitoring": z
    .strictObject({ version, steps: z.array(z.string()).describe("Output of each step.") })
    .meta({ title: "Files reinstalled on the monitoring host" }),
  "restore-protection": z.strictObject({ version, environment: z.string() }).meta({ title: "Protection restored" }),
  review: reviewDocumentSchema
    .nullable()
    .meta({ title: "A document about one deployment; null: nothing was deployed yet" }),
  rollback: rollbackRecordSchema,
  "rollback-runners": rollbackReportSchema,
  rotate: z
    .strictObject({
      version,
      secret: z.string(),
      kind: z.enum(["ssh-key", "random", "config"]),
      applied: z.boolean(),
      opens: z
        .boolean()
        .nullable()
        .describe("Whether the key that GitHub holds works on every target; null for a secret that is not a key."),
      steps: z.array(z.string()),
    })
    .meta({ title: "A secret with a new value" }),
  runbook: z.strictObject({ version, ...runbookSchema.shape }).meta({ title: "What to do about an alert" }),
  "setup-github": z.strictObject({ version, ...setupGitHubSchema.shape }).meta({ title: "GitHub Apps to register" }),
  "setup-monitoring": z
    .strictObject({ version, ...setupMonitoringSchema.shape })
    .meta({ title: "What the monitoring host needs" }),
  "setup-proxmox": z
    .strictObject({ version, ...setupProxmoxSchema.shape })
    .meta({ title: "What Proxmox VE needs, as commands" }),
  "setup-workflows": z
    .strictObject({ version, ...setupWorkflowsSchema.shape })
    .meta({ title: "The files that the repository needs, and their pull request" }),
  smoke: z.strictObject({ version, ...smokeJobResultSchema.shape }).meta({ title: "A job that ran on a runner" }),
  status: statusReportSchema,
  support: supportReportSchema,
  upkeep: z
    .strictObject({ version, ...upkeepSchema.shape })
    .meta({ title: "What is newer than a stack's file pins, and its pull request" }),
  why: z
    .strictObject({ version, ...whySchema.shape })
    .meta({ title: "Why a job or a deployment waits, failed or is done" }),
} as const satisfies Readonly<Record<string, z.ZodType>>;

export type SchemaName = keyof typeof schemas;
