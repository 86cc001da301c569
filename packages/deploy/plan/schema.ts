/** The deployment plan: one file for an application, checked completely before any target is contacted. */
import { z } from "zod";
import { categories } from "../protocol/request";
import { forms, pathProblems, type Form } from "../protocol/values";

const text = ({ pattern, expected }: Form) => z.string().regex(pattern, `expected ${expected}`);
const seconds = (fallback: number) => z.number().int().min(1).max(3600).default(fallback);
const absolute = text(forms.absolutePath);
const unit = text(forms.unit);
// An argument cannot contain NUL, and a program has a name.
const word = z.string().regex(/^[^\0]+$/, "expected a text that is not empty");
const line = z.array(word).min(1).describe("program and arguments; no shell interprets them");
const version = text(forms.version);
const name = text(forms.name);

const followUp = z
  .strictObject({
    daemonReload: z.boolean().default(false),
    reload: z.array(unit).default([]),
    restart: z.array(unit).default([]),
  })
  .prefault({})
  .describe("what must be restarted or reloaded after the change, and after its undo");
const common = { name, limitSeconds: seconds(60) };

const step = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("unpack"), ...common }),
  z.strictObject({ kind: z.literal("activate"), ...common, then: followUp }),
  z.strictObject({
    kind: z.literal("file"),
    ...common,
    from: text(forms.innerPath).describe("path inside the release"),
    to: absolute,
    mode: text(forms.mode).default("0644"),
    then: followUp,
  }),
  z.strictObject({
    kind: z.literal("units"),
    ...common,
    action: z.enum(["start", "stop"]),
    units: z.array(unit).min(1),
  }),
  z.strictObject({
    kind: z.literal("command"),
    ...common,
    run: line,
    undo: line.describe("must work whether the command ran, ran partly or did not run, and also when run twice"),
  }),
  z.strictObject({
    kind: z.literal("expand"),
    ...common,
    run: line,
    oldestVersion: version.describe("the oldest version that works with the result of this step"),
  }),
]);

const probe = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("http"),
    url: z.string().regex(/^https?:\/\//),
    method: z.enum(["GET", "POST", "HEAD"]).default("GET"),
    body: z.string().optional(),
    headers: z.record(z.string(), z.string()).default({}),
    status: z.number().int().min(100).max(599).default(200),
    contains: z.string().optional(),
    json: z.record(z.string(), z.string()).default({}),
  }),
  z.strictObject({ kind: z.literal("command"), run: line, prints: z.string().optional() }),
  z.strictObject({ kind: z.literal("units"), units: z.array(unit).min(1) }),
  z.strictObject({
    kind: z.literal("disk"),
    path: z.union([z.literal("/"), absolute]),
    maxUsedPercent: z.number().min(1).max(100).default(90),
  }),
  z.strictObject({ kind: z.literal("memory"), maxUsedPercent: z.number().min(1).max(100).default(85) }),
  z.strictObject({ kind: z.literal("load"), maxPerProcessor: z.number().positive().default(4) }),
]);

const check = {
  name,
  critical: z.boolean().default(true),
  attempts: z.number().int().min(1).max(10).default(3),
  pauseSeconds: z.number().min(0).max(60).default(5),
  limitSeconds: seconds(30),
  probe,
};
const healthCheck = z.strictObject({ ...check, category: z.enum(categories) });
// A smoke test runs after the health checks have passed: what fails then is not fixed by waiting.
const smokeTest = z.strictObject({
  ...check,
  attempts: check.attempts.unwrap().default(2),
  pauseSeconds: check.pauseSeconds.unwrap().default(1),
});

const unique = (items: readonly { name: string }[]): boolean =>
  new Set(items.map((each) => each.name)).size === items.length;

export const planSchema = z
  .strictObject({
    application: text(forms.application),
    environment: text(forms.line),
    targets: z
      .array(text(forms.target))
      .length(1, "expected one target: a transaction covers exactly one machine (docs/explanation/deployments.md)")
      .describe("names from the stack's setting ghrunners:targets"),
    artefact: z.strictObject({
      file: text(forms.innerPath).describe("path relative to the plan's folder; {version} is replaced"),
      sums: text(forms.innerPath).describe("file in the format of sha256sum that contains the artefact's name"),
    }),
    releases: text(forms.ownPath),
    current: text(forms.ownPath),
    steps: z.array(step).min(1).refine(unique, "expected a different name for each step"),
    health: z
      .array(healthCheck)
      .refine(unique, "expected a different name for each check")
      .refine((checks) => categories.every((category) => checks.some((each) => each.category === category)), {
        message: `expected a check of each category: ${categories.join(", ")}`,
      }),
    smoke: z.array(smokeTest).min(1).refine(unique, "expected a different name for each test"),
    limits: z
      .strictObject({
        leaseSeconds: seconds(30),
        totalSeconds: seconds(600),
        freeMiB: z.number().int().min(0).default(200),
        keepReleases: z.number().int().min(1).max(20).default(3),
      })
      .prefault({}),
  })
  .refine(({ steps }) => steps.filter(({ kind }) => kind === "unpack").length === 1, {
    path: ["steps"],
    message: "expected exactly one step of kind unpack",
  })
  .refine(({ steps }) => steps.filter(({ kind }) => kind === "activate").length === 1, {
    path: ["steps"],
    message: "expected exactly one step of kind activate",
  })
  .refine(({ steps }) => startsFollowStops(steps), {
    path: ["steps"],
    message: "expected each unit that is started to be stopped by an earlier step",
  })
  .superRefine((plan, context) => {
    for (const message of pathProblems(plan)) context.addIssue({ code: "custom", path: ["steps"], message });
  });

/** Otherwise the undo of the start would stop what was running before. */
function startsFollowStops(steps: readonly z.output<typeof step>[]): boolean {
  const stopped = new Set<string>();
  for (const each of steps) {
    if (each.kind !== "units") continue;
    if (each.action === "stop") for (const one of each.units) stopped.add(one);
    else if (!each.units.every((one) => stopped.has(one))) return false;
  }
  return true;
}

/** A plan as parsed, every default filled in. */
export type Plan = z.output<typeof planSchema>;
/** A plan as written, without defaults. */
export type PlanInput = z.input<typeof planSchema>;
