/** Schemas of the files that the agent reads back: a file that does not match is reported as unreadable. */
import * as z from "zod/mini";
import type { Lease } from "../protocol/lease";
import type { DeploymentRecord, IncidentRecord, RollbackRecord } from "../records/record";
import type { Journal } from "./journal";
import { gateDecision, requestSchema } from "./request-schema";

const nullable = z.nullable;
const count = z.int().check(z.gte(0));
const instant = z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)), { error: "expected a time" }));

const lease = z.object({ token: count, boot: z.string(), untilMs: z.number(), lastMs: z.number() });

const codes = ["preflight", "step", "health_check", "smoke_test", "lease_expired", "interrupted", "rollback"] as const;
const outcomes = ["succeeded", "rolled_back", "refused", "cancelled", "rollback_failed"] as const;
const failure = z.object({ code: z.enum(codes), detail: z.string() });
const kinds = ["sweep", "preflight", "capture", "health", "smoke", "commit", "prove", "close"] as const;
const action = z.union([z.object({ kind: z.enum(kinds) }), z.object({ kind: z.enum(["step", "undo"]), step: count })]);
const checks = z.array(
  z.object({
    name: z.string(),
    category: z.string(),
    critical: z.boolean(),
    ok: z.boolean(),
    attempts: count,
    milliseconds: z.number(),
    detail: z.string(),
  }),
);

const pathBefore = z.union([
  z.object({ kind: z.literal("absent"), made: z.array(z.string()) }),
  z.object({ kind: z.enum(["file", "link"]), copy: z.string(), digest: z.string(), twin: z.optional(z.string()) }),
]);
const stepCapture = z.object({
  path: z.optional(pathBefore),
  release: z.optional(z.enum(["none", "same", "other"])),
  made: z.optional(z.array(z.string())),
  active: z.optional(z.array(z.string())),
  enabled: z.optional(z.array(z.string())),
});

const journal = z
  .object({
    schema: z.literal("ghrunners.journal/1"),
    transaction: z.object({
      token: count,
      steps: z.array(z.enum(["undoable", "forward-only"])),
      phase: z.enum(["forward", "undo", "over"]),
      position: z.int().check(z.gte(-1)),
      touched: count,
      running: nullable(action),
      failures: count,
      failure: nullable(failure),
      undoFailure: nullable(z.string()),
      outcome: nullable(z.enum(outcomes)),
      released: z.boolean(),
      closed: z.boolean(),
    }),
    request: requestSchema,
    startedAt: instant,
    captured: nullable(z.object({ version: nullable(z.string()), steps: z.record(z.string(), stepCapture) })),
    timeline: z.array(
      z.object({
        action,
        startedAt: instant,
        endedAt: instant,
        ok: z.boolean(),
        detail: z.string(),
        checks: z.optional(checks),
      }),
    ),
  })
  .check(
    z.refine(({ transaction, request }) => transaction.steps.length === request.steps.length, {
      error: "its transaction belongs to another plan",
    }),
  );

const recordedActions = z.array(
  z.looseObject({
    name: z.string(),
    startedAt: instant,
    seconds: z.number(),
    ok: z.boolean(),
    detail: z.string(),
    checks,
  }),
);
const deploymentRecord = z.looseObject({
  schema: z.literal("ghrunners.deployment/1"),
  id: z.string(),
  version: z.string(),
  token: count,
  startedAt: instant,
  endedAt: instant,
  durationSeconds: z.number(),
  outcome: z.enum(outcomes),
  failure: nullable(failure),
  diagnosisSeconds: nullable(z.number()),
  actions: recordedActions,
});
const rollbackRecord = z.looseObject({
  schema: z.literal("ghrunners.rollback/1"),
  deployment: z.string(),
  reason: z.enum(codes),
  from: z.string(),
  to: nullable(z.string()),
  durationSeconds: z.number(),
  proved: z.boolean(),
  kept: z.array(z.string()),
  actions: recordedActions,
});
const incidentRecord = z.looseObject({
  schema: z.literal("ghrunners.incident/1"),
  deployment: z.string(),
  severity: z.enum(["critical", "warning"]),
  openedAt: instant,
  title: z.string(),
  cause: failure,
  state: z.string(),
  forensics: nullable(z.string()),
  runbook: z.string(),
  next: z.string(),
});
const delivery = z.object({
  claim: nullable(lease),
  issue: nullable(z.object({ number: count, url: z.string() })),
});
const release = z.object({ version: z.string(), sha256: z.string(), tree: z.string() });

/** A sender's claim, and the issue that it opened. */
export interface Delivery {
  readonly claim: Lease | null;
  readonly issue: { readonly number: number; readonly url: string } | null;
}

/** Content of a release folder's own file. */
export interface Release {
  readonly version: string;
  /** SHA-256 of the artefact that it was unpacked from. */
  readonly sha256: string;
  /** Digest of the files as the artefact left them. */
  readonly tree: string;
}

/** @returns a function that throws an Error which names the first place where the value does not match */
function parser<Value>(schema: z.ZodMiniType): (value: unknown) => Value {
  return (value) => {
    const result = schema.safeParse(value);
    if (result.success) return result.data as Value;
    const [first] = result.error.issues;
    throw new Error(`${first?.path.join(".") || "its content"}: ${first?.message}`);
  };
}

export const formats = {
  lease: parser<Lease>(lease),
  journal: parser<Journal>(journal),
  deployment: parser<DeploymentRecord>(deploymentRecord),
  rollback: parser<RollbackRecord>(rollbackRecord),
  incident: parser<IncidentRecord>(incidentRecord),
  /** Kept unchanged for people and reviews; the agent does not use it for decisions. */
  gate: parser<object>(gateDecision),
  delivery: parser<Delivery>(delivery),
  release: parser<Release>(release),
} as const;
