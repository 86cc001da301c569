/** zod schema of an environment's monitoring. Published in docs/reference/schemas. */
import { z } from "zod";

export const targetStatusSchema = z.strictObject({
  job: z.string(),
  instance: z.string(),
  subject: z
    .string()
    .nullable()
    .describe("Runner or deployment target that it belongs to; null for the fleet exporter and the switch."),
  health: z.enum(["up", "down", "unknown"]).describe("`unknown`: not scraped yet."),
  error: z.string(),
});

export const ruleStatusSchema = z.strictObject({
  groups: z.number(),
  rules: z.number(),
  broken: z.array(
    z.strictObject({
      name: z.string(),
      error: z.string(),
    }),
  ),
});

export const alertStatusSchema = z.strictObject({
  name: z.string(),
  severity: z.string(),
  component: z.string(),
  role: z.string().nullable(),
  runner: z.string().nullable(),
  state: z
    .enum(["pending", "firing", "muted"])
    .describe(
      "`pending`: its `for` has not passed. `muted`: fires, but a more severe alert or a silence keeps it from on-call.",
    ),
  since: z.string().describe("RFC 3339."),
  summary: z.string(),
  runbook: z.string(),
});

export const monitoringViewSchema = z
  .strictObject({
    prometheus: z.string(),
    targets: z.array(targetStatusSchema),
    rules: ruleStatusSchema,
    alerts: z.array(alertStatusSchema).describe("Without Watchdog, which always fires."),
    watchdog: z.boolean().describe("Whether Watchdog fires: without it the whole way to on-call is in doubt."),
  })
  .meta({ title: "Everything about one environment." });
