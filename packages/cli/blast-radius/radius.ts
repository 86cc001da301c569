/** Which runners, labels, environments, secrets and settings a preview touches. Pure; reads names, never values. */
import type { Described } from "@ghrunners/core/schema";
import { operations, type Operation } from "./operation";
import type { blastRadiusSchema, changeSchema, labelChangeSchema, touchedSchema } from "./schema";
import type { Preview, ResourceState, PreviewStep } from "./preview";

/** One resource that changes. */
export type ResourceChange = Described<typeof changeSchema>;

export type AffectedItems = Described<typeof touchedSchema>;

export type LabelChange = Described<typeof labelChangeSchema>;

export type BlastRadius = Described<typeof blastRadiusSchema>;

const runnerType = "ghrunners:runner:Runner";
const poolType = "ghrunners:pool:RunnerPool";

/** In some outputs the engine reports the parts of a replacement separately. */
function operationOf(op: string): Operation | undefined {
  if (op === "create-replacement" || op === "delete-replaced") return "replace";
  return operations.find((known) => known === op);
}

const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");
const typeOf = ({ newState, oldState, urn }: PreviewStep): string =>
  newState?.type ?? oldState?.type ?? urn.split("::")[2]?.split("$").at(-1) ?? "";
const shortType = (type: string): string => `${type.split(":")[0] ?? ""}:${type.split(":").at(-1) ?? ""}`;
const inputsOf = ({ newState, oldState }: PreviewStep): Readonly<Record<string, unknown>> =>
  newState?.inputs ?? oldState?.inputs ?? {};

function textOf(step: PreviewStep, key: string): string | undefined {
  const value = inputsOf(step)[key];
  return typeof value === "string" ? value : undefined;
}

/** Each name once, with its most disruptive operation. */
function touched(found: readonly (AffectedItems | undefined)[]): AffectedItems[] {
  const worst = new Map<string, Operation>();
  for (const one of found) {
    if (one === undefined) continue;
    const before = worst.get(one.name);
    const isWorse = before === undefined || operations.indexOf(one.operation) < operations.indexOf(before);
    if (isWorse) worst.set(one.name, one.operation);
  }
  return [...worst].map(([name, operation]) => ({ name, operation })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Changing {
  readonly step: PreviewStep;
  readonly operation: Operation;
  readonly type: string;
}

/** The runner that a resource belongs to, by its parents. */
function runnerOf(step: PreviewStep, byUrn: ReadonlyMap<string, PreviewStep>): string | undefined {
  const seen = new Set<string>();
  for (let at: PreviewStep | undefined = step; at !== undefined && !seen.has(at.urn);) {
    seen.add(at.urn);
    if (typeOf(at) === runnerType) return textOf(at, "runnerName");
    const parent: string | undefined = (at.newState ?? at.oldState)?.parent;
    at = parent === undefined ? undefined : byUrn.get(parent);
  }
  return undefined;
}

function membersOf(state: ResourceState | undefined): Map<string, readonly string[]> {
  const { members } = state?.inputs ?? {};
  const list = Array.isArray(members) ? (members as { runner?: unknown; labels?: unknown }[]) : [];
  return new Map(
    list.map(({ runner, labels }) => [String(runner), Array.isArray(labels) ? labels.map(String) : []] as const),
  );
}

function labelChanges(steps: readonly PreviewStep[]): LabelChange[] {
  return steps
    .filter((step) => typeOf(step) === poolType)
    .flatMap(({ oldState, newState }) => {
      const [before, after] = [membersOf(oldState), membersOf(newState)];
      return [...new Set([...before.keys(), ...after.keys()])].map((runner) => {
        const [old, now] = [before.get(runner) ?? [], after.get(runner) ?? []];
        return {
          runner,
          added: now.filter((label) => !old.includes(label)),
          removed: old.filter((label) => !now.includes(label)),
        };
      });
    })
    .filter(({ added, removed }) => added.length + removed.length > 0);
}

const scoped = (name: string, environment: string | undefined): string =>
  environment === undefined ? name : `${name} in ${environment}`;

const repositoryWide =
  /^github:index\/(repositoryRuleset|actionsRepositoryPermissions|workflowRepositoryPermissions|actionsRepositoryOidc\w+|repository|branchProtection):|:ForkApproval$/;

/**
 * @param preview including unchanged resources (`--show-sames`), because a runner's name is in its component
 * @returns what the preview touches; all lists are empty if it changes nothing
 */
export function blastRadius({ steps }: Preview): BlastRadius {
  const byUrn = new Map(steps.map((step) => [step.urn, step]));
  const changing = steps.flatMap((step): Changing[] => {
    const operation = operationOf(step.op);
    return operation === undefined ? [] : [{ step, operation, type: typeOf(step) }];
  });
  // A component only groups resources; the changes are in the resources below it.
  const resources = changing.filter(({ type }) => !type.startsWith("ghrunners:"));
  const named = (match: (type: string) => boolean, name: (step: PreviewStep) => string | undefined): AffectedItems[] =>
    touched(
      changing.map(({ step, operation, type }) => {
        const found = match(type) ? name(step) : undefined;
        return found === undefined ? undefined : { name: found, operation };
      }),
    );
  const ofKind = (key: string) => (step: PreviewStep) => {
    const name = textOf(step, key);
    return name === undefined ? undefined : scoped(name, textOf(step, "environment"));
  };
  const environments = named(
    (type) => type.endsWith(":RepositoryEnvironment"),
    (step) => textOf(step, "environment"),
  );
  // Adding or removing a branch policy changes its environment.
  const policies = named(
    (type) => type.endsWith(":RepositoryEnvironmentDeploymentPolicy"),
    (step) => textOf(step, "environment"),
  ).map(({ name }): AffectedItems => ({ name, operation: "update" }));
  const rank = ({ operation }: ResourceChange): number => operations.indexOf(operation);
  return {
    changes: resources
      .map(({ step, operation, type }) => ({
        operation,
        name: nameOf(step.urn),
        type: shortType(type),
        properties: (step.diffReasons ?? []).filter((property) => !property.startsWith("__")),
      }))
      .sort((a, b) => rank(a) - rank(b)),
    runners: touched(
      resources.map(({ step, operation }) => {
        const name = runnerOf(step, byUrn);
        return name === undefined ? undefined : { name, operation };
      }),
    ),
    labels: labelChanges(steps),
    environments: [...environments, ...policies.filter(({ name }) => !environments.some((own) => own.name === name))],
    secrets: named((type) => /^github:index\/(actions|dependabot)\w*Secret:/.test(type), ofKind("secretName")),
    variables: named((type) => /^github:index\/actions\w*Variable:/.test(type), ofKind("variableName")),
    repository: named(
      (type) => repositoryWide.test(type),
      (step) => shortType(typeOf(step)).split(":")[1],
    ),
  };
}
