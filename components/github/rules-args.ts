import type * as pulumi from "@pulumi/pulumi";

/** Settings of the whole repository. Exactly one stack manages them. */
export interface RepositoryRulesArgs {
  /** `https://github.com` or a GitHub Enterprise Server. */
  readonly githubUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Approvals that a pull request into the default branch needs, 0 to 10. */
  readonly requiredApprovals: number;
  /** Changes of owned files need the owner's approval. */
  readonly codeOwners: boolean;
  /** Names of checks that have to succeed before a merge. */
  readonly requiredChecks: readonly string[];
  /** Patterns of actions that may run beside GitHub's own and the repository's. */
  readonly allowedActions: readonly string[];
  /** Claims of the OIDC subject; none: GitHub's own subject. */
  readonly oidcClaims: readonly string[];
  /** Variables by name, upper case. */
  readonly variables: Readonly<Record<string, string>>;
  /** Secrets by name that every workflow of the repository sees. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
}
