/**
 * What the stack made, read from its exported state. Pure.
 */
import type { Protection } from "@ghrunners/core/github/protection";
import { monitoringOf, type MonitoringState } from "./state-monitoring";
import { bag, reveal, text, type ResourceProperties, type StateResource } from "./state-values";

/** The environment as the state has it: reviewers by GitHub's numbers. */
export interface EnvironmentState extends Omit<Protection, "reviewers"> {
  readonly name: string;
  readonly reviewerIds: readonly number[];
}

export interface SecretState {
  readonly scope: "environment" | "repository";
  readonly name: string;
  /** When this program wrote it, RFC 3339. */
  readonly updatedAt: string;
  readonly urn: string;
}

export interface VariableState {
  readonly scope: "environment" | "repository";
  readonly name: string;
  readonly value: string;
}

/** The repository's own settings; absent in a stack that does not manage them. */
export interface RepositoryState {
  readonly forkApproval: string;
  readonly defaultToken: string;
  readonly mayApprove: boolean;
  readonly allowedActions: string;
  readonly shaPinning: boolean;
  readonly ruleset: { readonly name: string; readonly enforcement: string };
}

export interface RunnerState {
  readonly name: string;
  readonly id: number;
  readonly labels: readonly string[];
  /** Version of the runner program that the last update asked for. */
  readonly version: string;
  readonly unit: string;
  readonly host: { readonly host: string; readonly user: string; readonly hostKey: string };
  /** Fingerprint of the installed configuration, as the installation reported it. */
  readonly configuration: string | undefined;
  /** URN of the machine. */
  readonly machine: string | undefined;
}

export interface StackState {
  readonly environment: EnvironmentState | undefined;
  readonly secrets: readonly SecretState[];
  readonly variables: readonly VariableState[];
  readonly repository: RepositoryState | undefined;
  readonly runners: readonly RunnerState[];
  readonly monitoring: MonitoringState | undefined;
}

/** Converts the provider's Go time format, `2026-11-22 08:36:42 +0000 UTC`, to RFC 3339. */
export function goTime(value: string): string {
  const [, day, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? \+0000 UTC/.exec(value) ?? [];
  return day === undefined || time === undefined ? value : `${day}T${time}Z`;
}

function environmentOf(resources: readonly StateResource[]): EnvironmentState | undefined {
  const inputs = resources.find(
    ({ type }) => type === "github:index/repositoryEnvironment:RepositoryEnvironment",
  )?.inputs;
  if (inputs === undefined) return undefined;
  const patterns = (of: "branchPattern" | "tagPattern"): string[] =>
    resources
      .filter(({ type }) => type.endsWith(":RepositoryEnvironmentDeploymentPolicy"))
      .flatMap(({ inputs: policy = {} }) => (policy[of] === undefined ? [] : [text(policy[of])]));
  return {
    name: text(inputs.environment),
    waitMinutes: Number(inputs.waitTimer ?? 0),
    reviewerIds: (bag(inputs.reviewers).users ?? []) as number[],
    preventSelfReview: inputs.preventSelfReview === true,
    adminsCanBypass: inputs.canAdminsBypass !== false,
    branches: patterns("branchPattern"),
    tags: patterns("tagPattern"),
  };
}

/** Entries of the environment and of the repository, of two resource types. */
function scoped<T>(
  resources: readonly StateResource[],
  noun: "Secret" | "Variable",
  read: (scope: "environment" | "repository", resource: StateResource) => T,
): T[] {
  return resources.flatMap((resource) => {
    if (resource.type.endsWith(`:ActionsEnvironment${noun}`)) return [read("environment", resource)];
    return resource.type.endsWith(`:Actions${noun}`) ? [read("repository", resource)] : [];
  });
}

function repositoryOf(resources: readonly StateResource[]): RepositoryState | undefined {
  const inputs = (suffix: string): ResourceProperties | undefined =>
    resources.find(({ type }) => type.endsWith(suffix))?.inputs;
  const ruleset = inputs(":RepositoryRuleset");
  const permissions = inputs(":ActionsRepositoryPermissions");
  const token = inputs(":WorkflowRepositoryPermissions");
  const forks = inputs(":ForkApproval");
  if (!ruleset || !permissions || !token || !forks) return undefined;
  return {
    forkApproval: text(forks.policy),
    defaultToken: text(token.defaultWorkflowPermissions),
    mayApprove: token.canApprovePullRequestReviews === true,
    allowedActions: text(permissions.allowedActions),
    shaPinning: permissions.shaPinningRequired === true,
    ruleset: { name: text(ruleset.name), enforcement: text(ruleset.enforcement) },
  };
}

function runnersOf(resources: readonly StateResource[]): RunnerState[] {
  return resources
    .filter(({ type }) => type.endsWith("ghrunners:RegisteredRunner"))
    .map(({ inputs = {}, outputs = {} }) => {
      const unit = text(inputs.unit);
      const name = text(inputs.runnerName);
      const host = bag(inputs.host) as RunnerState["host"];
      const agent = resources.find(
        (candidate) =>
          candidate.type === "command:remote:Command" &&
          text(bag(reveal(candidate.inputs?.connection)).host) === host.host &&
          /configuration [0-9a-f]{12}/.test(text(reveal(candidate.outputs?.stdout))),
      );
      const machine = resources.find(
        (candidate) => candidate.type === "proxmoxve:index/vmLegacy:VmLegacy" && candidate.inputs?.name === name,
      );
      return {
        name,
        id: Number(inputs.runnerId ?? outputs.runnerId),
        labels: (inputs.labels ?? []) as string[],
        version: text(inputs.version),
        unit,
        host,
        configuration: /configuration ([0-9a-f]{12})/.exec(text(reveal(agent?.outputs?.stdout)))?.[1],
        machine: machine?.urn,
      };
    });
}

/** @param resources `deployment.resources` of an exported state, exported with --show-secrets */
export function stackState(resources: readonly StateResource[]): StackState {
  return {
    environment: environmentOf(resources),
    secrets: scoped(resources, "Secret", (scope, { urn, inputs = {}, outputs = {} }) => ({
      scope,
      urn,
      name: text(inputs.secretName),
      updatedAt: goTime(text(outputs.updatedAt)),
    })),
    variables: scoped(resources, "Variable", (scope, { inputs = {} }) => ({
      scope,
      name: text(inputs.variableName),
      value: text(inputs.value),
    })),
    repository: repositoryOf(resources),
    runners: runnersOf(resources),
    monitoring: monitoringOf(resources),
  };
}
