/**
 * Permissions at GitHub of each identity of a stack, by the names of its REST API; docs/reference/security.md has the
 * reasons. Metadata: read comes with every token. Pure.
 */

type Level = "read" | "write";

/** Setting of a stack that has an identity's credential. */
export type CredentialSetting = "githubToken" | "exporterToken" | "failoverToken";

export const githubPermissions = {
  /** The operator runs the program and the commands. */
  githubToken: {
    metadata: "read",
    administration: "write",
    actions: "write",
    contents: "read",
    environments: "write",
    issues: "write",
    secrets: "write",
    variables: "write",
  },
  /** Reads runners, jobs, the environment's protection and the ages of secrets for the metrics. */
  exporterToken: {
    metadata: "read",
    administration: "read",
    actions: "read",
    environments: "read",
    secrets: "read",
  },
  /**
   * Writes the repository variable that chooses the deployment's runner; starts runs again that wait for a dead one.
   */
  failoverToken: { metadata: "read", variables: "write", actions: "write" },
} as const satisfies Readonly<Record<CredentialSetting, Readonly<Record<string, Level>>>>;

/**
 * What each identity needs in addition if the runners belong to the organization (setting `github.runnerGroup`): the
 * organization's permission Self-hosted runners, by the name that it has for an App.
 */
export const organizationPermissions = {
  githubToken: { organization_self_hosted_runners: "write" },
  exporterToken: { organization_self_hosted_runners: "read" },
  failoverToken: {},
} as const satisfies Readonly<Record<CredentialSetting, Readonly<Record<string, Level>>>>;

/**
 * What the pull request with the workflows takes, in a token that no stack keeps: who may change the code of workflows
 * can run it on the runners.
 */
export const pullRequestPermissions = {
  metadata: "read",
  contents: "write",
  pull_requests: "write",
  workflows: "write",
} as const satisfies Readonly<Record<string, Level>>;
