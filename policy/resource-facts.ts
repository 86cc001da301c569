/** Converts a resource of the graph to facts for the guards. */
import type { Facts, RunnerLabelFacts } from "./facts";
import type { WorkflowFacts } from "./workflows";

/** A resource as the engine is about to create or keep it. */
export interface Resource {
  /** Pulumi type token. */
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly protect: boolean;
}

/** Facts that are in no resource. */
export interface LocalFacts {
  readonly workflows: () => readonly WorkflowFacts[];
  readonly passphraseIsEmpty: () => boolean;
}

type Reader = (resource: Resource, checkout: LocalFacts) => Omit<Facts, "environment">;

const poolType = "ghrunners:pool:RunnerPool";

/** @throws Error if the component's inputs are missing: a guard without facts must not pass */
function poolMembers({ members }: Resource["props"]): RunnerLabelFacts[] {
  if (!Array.isArray(members)) throw new Error(`${poolType} has no list "members"; the guards cannot judge it.`);
  return members.map((member: { runner?: unknown; labels?: unknown }) => {
    if (typeof member.runner !== "string" || !Array.isArray(member.labels)) {
      throw new Error(`A member of ${poolType} has no name or no labels; the guards cannot judge it.`);
    }
    return { runner: member.runner, labels: member.labels.map(String) };
  });
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

const secret: Reader = ({ name, props }) => ({
  secrets: [{ name, plaintext: props.plaintextValue !== undefined }],
});

const readers: Readonly<Record<string, Reader>> = {
  "pulumi:pulumi:Stack": (_, { passphraseIsEmpty }) => ({ passphraseIsEmpty: passphraseIsEmpty() }),
  [poolType]: ({ props }, { workflows }) => ({
    pool: { members: poolMembers(props), events: strings(props.events), workflows },
  }),
  "pulumi-nodejs:dynamic/ghrunners:Preflight": ({ props }) => ({ publicAccepted: props.publicAllowed === true }),
  "github:index/repository:Repository": ({ name, props }) => ({
    repository: {
      name: typeof props.name === "string" ? props.name : name,
      public: props.visibility === "public" || (props.visibility === undefined && props.private === false),
    },
  }),
  "github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions": ({ props }) => ({
    defaultToken: {
      canWrite: props.defaultWorkflowPermissions === "write",
      approvesPullRequests: props.canApprovePullRequestReviews === true,
    },
  }),
  "github:index/actionsRepositoryPermissions:ActionsRepositoryPermissions": ({ props }) => ({
    acceptsUnpinnedActions: props.enabled !== false && props.shaPinningRequired !== true,
  }),
  // The component, not GitHub's resource below it: before the first update the reviewers are known only by login, and
  // the resource shows an empty list.
  "ghrunners:deployment:DeploymentEnvironment": ({ props }) => ({
    deployment: { environment: String(props.environment), reviewers: strings(props.reviewers) },
  }),
  "proxmoxve:index/vmLegacy:VmLegacy": ({ name, protect }) => ({ machines: [{ name, protected: protect }] }),
  "github:index/actionsSecret:ActionsSecret": secret,
  "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret": secret,
  "github:index/actionsOrganizationSecret:ActionsOrganizationSecret": secret,
  "github:index/dependabotSecret:DependabotSecret": secret,
};

/** Resource types from which guards get facts. */
export const judgedTypes: readonly string[] = Object.keys(readers);

/** @returns undefined for a resource that no guard uses */
export function factsOf(resource: Resource, environment: string, checkout: LocalFacts): Facts | undefined {
  const reader = readers[resource.type];
  return reader === undefined ? undefined : { environment, ...reader(resource, checkout) };
}
