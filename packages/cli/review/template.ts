/**
 * The parts of a template, and how it is filled. Pure: a document only contains values of the evidence, each with its
 * place.
 */
import type { RecordedAction } from "@ghrunners/deploy/records/record";
import type { DocumentEntry, ReviewDocument, Row, Section, Table } from "./document";
import type { ReviewKind } from "./kinds";
import { lookUp, type Evidence } from "./evidence";
import { responsible } from "./responsible";

/** How a recorded value is formatted. */
export type Format = "text" | "seconds" | "yes or no" | "list";

export type Part =
  | {
      /** A value of the evidence. */
      readonly fact: string;
      readonly source: string;
      readonly format?: Format;
      /** Who fills it in if it is not recorded. Without it, null in the record is shown as "none". */
      readonly orAsk?: string;
      /** Makes a checkbox, ticked if this is true for the recorded value. */
      readonly tickedBy?: (value: unknown) => boolean;
    }
  /** Something that only a person knows. */
  | { readonly ask: string; readonly of: string; readonly box?: true }
  | { readonly table: keyof typeof tables };

export interface Template {
  readonly title: string;
  readonly sections: readonly { readonly heading: string; readonly parts: readonly Part[] }[];
}

export function formatted(value: unknown, format: Format = "text"): string {
  switch (format) {
    case "seconds":
      return `${Number(value)} s`;
    case "yes or no":
      return value === true ? "yes" : "no";
    case "list":
      return (value as readonly unknown[]).length === 0 ? "none" : (value as readonly unknown[]).map(String).join(", ");
    case "text":
      return `${value as string | number}`;
  }
}

function entryOf(part: Exclude<Part, { table: unknown }>, evidence: Evidence): DocumentEntry {
  if ("ask" in part) {
    const own = { label: part.ask, value: null, source: null, askedOf: part.of, missing: false };
    return part.box === true ? { ...own, ticked: null } : own;
  }
  const found = lookUp(evidence, part.source);
  const isThere = found !== undefined && found.value !== null;
  const tick = part.tickedBy === undefined ? {} : { ticked: isThere ? part.tickedBy(found.value) : null };
  // "None" is a statement, and may appear only if the record makes it.
  if (found === undefined || (!isThere && part.orAsk !== undefined))
    return {
      label: part.fact,
      value: null,
      source: null,
      askedOf: part.orAsk ?? responsible.deployer,
      missing: true,
      ...tick,
    };
  const value = isThere ? formatted(found.value, part.format) : "none";
  return { label: part.fact, value, source: found.source, askedOf: null, missing: false, ...tick };
}

const actionRow = (action: RecordedAction, source: string): Row => ({
  source,
  cells: [
    action.startedAt,
    action.name,
    formatted(action.seconds, "seconds"),
    action.ok ? "ok" : "failed",
    action.detail,
  ],
});

const actionColumns = ["Started", "Action", "Took", "Result", "What was seen"];

/** Tables by name. Each row names its record. */
export const tables = {
  timeline: ({ deployment }: Evidence): Table => ({
    columns: actionColumns,
    rows: deployment.actions.map((action, index) => actionRow(action, `deployment.actions[${index}]`)),
    whenEmpty: "No action is recorded.",
  }),
  undo: ({ rollback }: Evidence): Table => ({
    columns: actionColumns,
    rows: (rollback?.actions ?? []).map((action, index) => actionRow(action, `rollback.actions[${index}]`)),
    whenEmpty: "No undo is recorded.",
  }),
  checks: ({ deployment }: Evidence): Table => ({
    columns: ["During", "Category", "Check", "Critical", "Result", "Attempts", "What was seen"],
    rows: deployment.actions.flatMap((action, at) =>
      action.checks.map((check, index) => ({
        source: `deployment.actions[${at}].checks[${index}]`,
        cells: [
          action.name,
          check.category,
          check.name,
          formatted(check.critical, "yes or no"),
          check.ok ? "ok" : "failed",
          String(check.attempts),
          check.detail,
        ],
      })),
    ),
    whenEmpty: "No check is recorded.",
  }),
  failedChecks: (evidence: Evidence): Table => {
    const { columns, rows } = tables.checks(evidence);
    return {
      columns,
      rows: rows.filter(({ cells }) => cells[4] === "failed"),
      whenEmpty: "No failed check is recorded.",
    };
  },
  runners: ({ gate }: Evidence): Table => ({
    columns: ["Runner", "Role", "Grade", "Reasons"],
    rows: (gate?.runners ?? []).map(({ name, role, grade, reasons }, index) => ({
      source: `gate.runners[${index}]`,
      cells: [name, role, grade, reasons.join("; ")],
    })),
    whenEmpty: "No gate decision with its runners is recorded.",
  }),
  criteria: ({ criteria }: Evidence): Table => ({
    columns: ["Criterion", "What", "Objective", "Measured", "From", "Met"],
    rows: criteria.criteria.map((each, index) => ({
      source: `criteria.criteria[${index}]`,
      cells: [
        each.id,
        each.title,
        each.objective,
        measured(each.value, each.unit),
        `${each.from} ${each.id === "SC-004" ? "files" : "deployments"}`,
        each.met === null ? "cannot be computed" : formatted(each.met, "yes or no"),
      ],
    })),
    whenEmpty: "No criterion was computed.",
  }),
} as const;

/** A measured value with its unit. */
export function measured(value: number | null, unit: "ratio" | "seconds" | "count"): string {
  if (value === null) return "no data";
  if (unit === "ratio") return `${Number((value * 100).toFixed(2))} %`;
  return unit === "seconds" ? formatted(value, "seconds") : String(value);
}

export function fill(kind: ReviewKind, template: Template, evidence: Evidence): ReviewDocument {
  return {
    schema: "ghrunners.review/1",
    kind,
    title: template.title,
    deployment: evidence.deployment.id,
    sections: template.sections.map(({ heading, parts }): Section => ({
      heading,
      entries: parts.flatMap((part) => ("table" in part ? [] : [entryOf(part, evidence)])),
      tables: parts.flatMap((part) => ("table" in part ? [tables[part.table](evidence)] : [])),
    })),
  };
}
