/** List `secrets`: what workflows get as secrets, each with somebody who answers for it and an age that it may reach. */
import { z } from "zod";
import type { Problem } from "./problem";
import type { TargetSettings } from "./targets";
import { text } from "./text";

/** GitHub's limit for one secret, bytes. Source: docs.github.com, "Limits for secrets". */
const VALUE_LIMIT = 48 * 1024;

const line = text("one line of at most 200 characters", /^[^\r\n]{1,200}$/);

const source = z.strictObject({
  kind: z.enum(["config", "random", "ssh-key"]).meta({
    description:
      "Where the value comes from. config: `secretValues`. random: made by the program. ssh-key: a private key made by `ghrunners rotate`, authorised on the targets.",
    example: "random",
  }),
  length: z.int().min(16).max(128).default(32).meta({ description: "Length of a random value, letters and digits." }),
  targets: z
    .array(text("the name of an entry of targets", /^[a-z0-9-]{1,63}$/))
    .default([])
    .meta({ description: "Targets that let an ssh-key in.", example: "app" }),
});

export const secret = z.strictObject({
  name: text(
    "upper-case letters, digits and underscores, not starting with GITHUB_ or a digit",
    /^(?!GITHUB_)[A-Z_][A-Z0-9_]{0,99}$/,
  ).meta({ description: "Name at GitHub; workflows read secrets.NAME.", example: "DEPLOY_KEY" }),
  owner: line.meta({ description: "Who answers for it: a person or a team.", example: "platform" }),
  purpose: line.meta({ description: "What it opens.", example: '"SSH to the deployment targets"' }),
  scope: z.enum(["environment", "repository"]).default("environment").meta({
    description: "environment: only jobs of the environment see it. repository: every workflow does.",
  }),
  rotateDays: z.int().min(1).max(3650).default(90).meta({ description: "Age at which it is to be replaced, days." }),
  source,
});

export const secrets = z
  .array(secret)
  .default([])
  .meta({ description: "Secrets of the environment and the repository." });

export const secretValues = z
  .record(
    z.string(),
    z.string().refine((value) => value !== "" && Buffer.byteLength(value) <= VALUE_LIMIT),
  )
  .default({})
  .meta({
    description: "Values of secrets whose source is config, and private keys that a rotation made, by name.",
    allowed: "NAME: text, not empty, at most 48 KiB",
    example: "SECRET_FILE",
  });

export const secretGenerations = z.record(z.string(), z.int().min(1).max(1_000_000)).default({}).meta({
  description: "Generation of random secrets by name, 1 at first; `ghrunners rotate` raises it for a new value.",
  allowed: "NAME: a whole number from 1",
  example: "2",
});

/** One secret of the settings. */
export type SecretSettings = z.infer<typeof secret>;

export interface SecretGroups {
  readonly secrets: readonly SecretSettings[];
  readonly targets: readonly TargetSettings[];
  readonly secretValues: Readonly<Record<string, string>>;
  readonly secretGenerations: Readonly<Record<string, number>>;
  /** Whether the stack manages the GitHub environment and the repository's own settings. */
  readonly manages: Readonly<Record<SecretSettings["scope"], boolean>>;
}

function repeated(list: string, names: readonly string[]): Problem[] {
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    return first === index
      ? []
      : [
          {
            path: `${list}[${index}].name`,
            seen: `${JSON.stringify(name)}, as ${list}[${first}] has it`,
            allowed: "a name of its own for every entry",
          },
        ];
  });
}

function sourceProblems(
  { source: { kind, targets } }: SecretSettings,
  path: string,
  known: readonly string[],
): Problem[] {
  const problems = targets.flatMap((name, index) =>
    known.includes(name)
      ? []
      : [
          {
            path: `${path}.source.targets[${index}]`,
            seen: JSON.stringify(name),
            allowed: known.length === 0 ? "a name of targets, which is empty" : `one of: ${known.join(", ")}`,
          },
        ],
  );
  if (kind === "ssh-key" && targets.length === 0) {
    problems.push({ path: `${path}.source.targets`, seen: "nothing", allowed: "at least one target for an ssh-key" });
  }
  if (kind !== "ssh-key" && targets.length > 0) {
    problems.push({ path: `${path}.source.targets`, seen: `targets of a ${kind} secret`, allowed: "nothing" });
  }
  return problems;
}

const setting: Readonly<Record<SecretSettings["scope"], string>> = {
  environment: "the group deployment, which makes the environment",
  repository: "repository.manage: true, in the one stack that manages the repository",
};

/** Checks between the secrets, their values and their targets. Pure; no value is ever in a problem. */
export function secretProblems(groups: SecretGroups): Problem[] {
  const { secrets: list, targets, secretValues: values, secretGenerations: generations, manages } = groups;
  const known = targets.map(({ name }) => name);
  const each = list.flatMap((entry, index): Problem[] => {
    const path = `secrets[${index}]`;
    const { name, scope, source: from } = entry;
    return [
      ...sourceProblems(entry, path, known),
      ...(manages[scope]
        ? []
        : [{ path: `${path}.scope`, seen: `${scope}, which this stack does not manage`, allowed: setting[scope] }]),
      ...(from.kind === "config" && values[name] === undefined
        ? [{ path: `secretValues.${name}`, seen: "nothing", allowed: `the value of the secret ${name}` }]
        : []),
    ];
  });
  const unused = Object.keys(values).flatMap((name): Problem[] => {
    const entry = list.find((candidate) => candidate.name === name);
    if (entry !== undefined && entry.source.kind !== "random") return [];
    return [
      {
        path: `secretValues.${name}`,
        seen: entry === undefined ? "a value of no secret" : "a value of a random secret",
        allowed: "values of secrets whose source is config or ssh-key",
        next: `pulumi config rm --path 'ghrunners:secretValues.${name}'`,
      },
    ];
  });
  const unknown = Object.keys(generations).flatMap((name): Problem[] =>
    list.some((entry) => entry.name === name && entry.source.kind === "random")
      ? []
      : [
          {
            path: `secretGenerations.${name}`,
            seen: "a generation of no random secret",
            allowed: "names of secrets whose source is random",
            next: `pulumi config rm --path 'ghrunners:secretGenerations.${name}'`,
          },
        ],
  );
  return [
    ...repeated("targets", known),
    ...repeated(
      "secrets",
      list.map(({ name }) => name),
    ),
    ...each,
    ...unused,
    ...unknown,
  ];
}
