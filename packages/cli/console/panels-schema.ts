/** zod schema of a dashboard with its data. Published in docs/reference/schemas. */
import { z } from "zod";

export const panelDataSchema = z.strictObject({
  title: z.string(),
  kind: z.enum(["timeseries", "stat", "stateTimeline", "table", "barGauge"]),
  unit: z.enum(["count", "ratio", "seconds", "bytes", "state", "timestamp"]),
  shows: z.string(),
  normal: z.string(),
  worry: z.string(),
  event: z.string().describe("The event that produces data, if there is none."),
  width: z.number().describe("Of 24 columns."),
  thresholds: z.array(
    z.strictObject({
      value: z.number(),
      worse: z.enum(["above", "below"]),
      tone: z.enum(["warning", "critical"]),
    }),
  ),
  states: z.array(z.strictObject({ value: z.number(), text: z.string(), tone: z.enum(["good", "bad", "neutral"]) })),
  columns: z.array(z.string()).describe("Labels that are the columns of a table."),
  series: z.array(
    z.strictObject({
      name: z.string(),
      labels: z.record(z.string(), z.string()),
      points: z.array(z.tuple([z.number(), z.number()])).describe("Unix seconds and value."),
    }),
  ),
});

export const panelsSchema = z
  .strictObject({
    version: z.literal(1),
    dashboard: z.string().describe("Its uid in Grafana."),
    title: z.string(),
    description: z.string(),
    window: z.strictObject({ start: z.number(), end: z.number(), step: z.number() }).describe("Unix seconds."),
    marks: z
      .array(z.strictObject({ time: z.number(), good: z.boolean() }))
      .describe("Ends of deployments within the window."),
    rows: z.array(z.strictObject({ title: z.string(), panels: z.array(panelDataSchema) })),
  })
  .meta({ title: "A dashboard with its data, as the page of `ghrunners console` reads it" });
