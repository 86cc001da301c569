/**
 * Schema by which the target checks a request again, because it trusts no deployer. Uses zod/mini, because the agent
 * starts often.
 */
import * as z from "zod/mini";
import { categories, type Request } from "../protocol/request";
import { forms, pathProblems, type DeploymentId, type Form, type Version } from "../protocol/values";
import { RefusedError } from "./refused";

/** The regular expression alone defines the form. */
const text = <Value extends string = string>({ pattern, expected }: Form): z.ZodMiniType<Value> =>
  z.string().check(z.regex(pattern, `expected ${expected}`)) as unknown as z.ZodMiniType<Value>;
const between = (low: number, high: number) => z.int().check(z.gte(low), z.lte(high));
const words = z.array(z.string().check(z.regex(/^[^\0]+$/, "expected words that are not empty"))).check(z.minLength(1));
const units = z.array(text(forms.unit));
const seconds = between(1, 3600);

const followUp = z.strictObject({ daemonReload: z.boolean(), reload: units, restart: units });
const common = { name: text(forms.name), limitSeconds: seconds };
const step = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("unpack"), ...common }),
  z.strictObject({ kind: z.literal("activate"), ...common, then: followUp }),
  z.strictObject({
    kind: z.literal("file"),
    ...common,
    from: text(forms.innerPath),
    to: text(forms.absolutePath),
    mode: text(forms.mode),
    then: followUp,
  }),
  z.strictObject({ kind: z.literal("units"), ...common, action: z.enum(["start", "stop"]), units }),
  z.strictObject({ kind: z.literal("command"), ...common, run: words, undo: words }),
  z.strictObject({ kind: z.literal("expand"), ...common, run: words, oldestVersion: text(forms.version) }),
]);

const texts = z.record(z.string(), z.string());
const probe = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("http"),
    url: z.string().check(z.regex(/^https?:\/\//)),
    method: z.enum(["GET", "POST", "HEAD"]),
    body: z.optional(z.string()),
    headers: texts,
    status: between(100, 599),
    contains: z.optional(z.string()),
    json: texts,
  }),
  z.strictObject({ kind: z.literal("command"), run: words, prints: z.optional(z.string()) }),
  z.strictObject({ kind: z.literal("units"), units: units.check(z.minLength(1)) }),
  z.strictObject({
    kind: z.literal("disk"),
    path: z.union([z.literal("/"), text(forms.absolutePath)]),
    maxUsedPercent: z.number(),
  }),
  z.strictObject({ kind: z.literal("memory"), maxUsedPercent: z.number() }),
  z.strictObject({ kind: z.literal("load"), maxPerProcessor: z.number() }),
]);

const check = {
  name: text(forms.name),
  critical: z.boolean(),
  attempts: between(1, 10),
  pauseSeconds: z.number().check(z.gte(0), z.lte(60)),
  limitSeconds: seconds,
  probe,
};
const named = <Item extends z.core.SomeType>(item: Item) =>
  z.array(item).check(
    z.minLength(1),
    z.refine((items) => new Set(items.map((each) => (each as { name: string }).name)).size === items.length, {
      error: "expected a different name for each",
    }),
  );

/** For people and reviews: the agent keeps it unchanged and does not use it for decisions. */
export const gateDecision = z.looseObject({ schema: z.literal("ghrunners.gate-decision/1") });

export const requestSchema = z
  .strictObject({
    format: z.literal(1),
    id: text<DeploymentId>(forms.deploymentId),
    environment: text(forms.line),
    application: text(forms.application),
    version: text<Version>(forms.version),
    owner: text(forms.line),
    target: text(forms.target),
    origin: z.optional(z.strictObject({ run: z.optional(text(forms.line)), gate: z.optional(gateDecision) })),
    artefact: z.strictObject({ sha256: text(forms.sha256), bytes: z.int().check(z.gte(0)) }),
    releases: text(forms.ownPath),
    current: text(forms.ownPath),
    steps: named(step).check(
      z.refine(
        (steps) => (["unpack", "activate"] as const).every((kind) => steps.filter((s) => s.kind === kind).length === 1),
        {
          error: "expected exactly one step of kind unpack and one of kind activate",
        },
      ),
    ),
    health: named(z.strictObject({ ...check, category: z.enum(categories) })),
    smoke: named(z.strictObject({ ...check, category: z.literal("smoke") })),
    limits: z.strictObject({
      leaseSeconds: seconds,
      totalSeconds: seconds,
      freeMiB: z.int().check(z.gte(0)),
      keepReleases: between(1, 20),
    }),
  })
  .check(
    z.superRefine((request, context) => {
      for (const message of pathProblems(request)) context.addIssue({ code: "custom", path: ["steps"], message });
    }),
  );

/** @throws RefusedError with all problems */
export function parseRequest(value: unknown): Request {
  const format = (value as { format?: unknown } | null)?.format;
  if (format !== 1) throw new RefusedError(`This agent knows requests of format 1, not ${String(format)}.`);
  const result = requestSchema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join(".") || "(the request)"}: ${message}`);
  throw new RefusedError(`The target refuses this request: ${problems.join("; ")}.`);
}
