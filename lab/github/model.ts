import type { LabEvent } from "../kit/event-log";
import type { TokenPermissions } from "./seed";
import type { ActionsState } from "./workflows/records";

/**
 * What the emulator remembers. Plain JSON: it is written to disk as it is. Times are RFC 3339 with second precision, as
 * GitHub gives them. Views turn these into GitHub's response shapes; nothing here is a response.
 */
export interface GitHubState {
  /** Number of the last event; events are numbered from 1 without a gap. */
  eventSequence: number;
  /** Last number given out by `nextId`; one sequence for everything that has a numeric id. */
  lastId: number;
  createdAt: string;
  repository: RepositorySettings;
  runners: StoredRunner[];
  /** Groups of the organization's runners; a person has none. */
  runnerGroups: StoredRunnerGroup[];
  /** Registration and removal tokens, an hour each. */
  runnerTokens: RunnerToken[];
  /** Apps that were registered by a manifest. Those of the seed are not copied. */
  apps: StoredApp[];
  /** Tokens made here: the ones that jobs get as GITHUB_TOKEN. Tokens of the seed are not copied. */
  tokens: ApiToken[];
  environments: StoredEnvironment[];
  secrets: Secret[];
  variables: Variable[];
  keyPairs: KeyPair[];
  rulesets: Ruleset[];
  issues: StoredIssue[];
  comments: StoredComment[];
  workflows: WorkflowRecord[];
  /** Runs and jobs: written by the workflow engine, read by every part. */
  actions: ActionsState;
  faults: GitHubFault[];
  /** Absent: the organization allows everything. */
  organizationPolicy?: OrganizationPolicyState;
  /** Events of the newest change, to complete events.jsonl after a kill between the two writes. */
  newestEvents: LabEvent[];
}

/** What an organization lets its repositories do. */
export interface OrganizationPolicyState {
  /** Which repositories may use Actions; `repositories` are their numbers, for `selected`. */
  actions: { enabledFor: "all" | "none" | "selected"; repositories: number[] };
  /** Which repositories may have self-hosted runners of their own. */
  runners: { enabledFor: "all" | "none" | "selected"; repositories: number[] };
  allowedActions: RepositorySettings["actions"]["allowedActions"];
  shaPinningRequired: boolean;
  selected: RepositorySettings["actions"]["selected"];
}

export interface RepositorySettings {
  actions: {
    enabled: boolean;
    allowedActions: "all" | "local_only" | "selected";
    shaPinningRequired: boolean;
    selected: { githubOwnedAllowed: boolean; verifiedAllowed: boolean; patternsAllowed: string[] };
    workflow: { defaultPermissions: "read" | "write"; canApprovePullRequestReviews: boolean };
    forkPullRequestApproval:
      "first_time_contributors_new_to_github" | "first_time_contributors" | "all_external_contributors";
  };
  oidcSubject: { useDefault: boolean; includeClaimKeys: string[]; useImmutableSubject: boolean };
}

export interface RunnerLabel {
  id: number;
  name: string;
  /** Default labels are read-only. */
  type: "read-only" | "custom";
}

/** A runner group of the organization. */
export interface StoredRunnerGroup {
  id: number;
  name: string;
  visibility: "all" | "private" | "selected";
  /** Numbers of the repositories that may use it, if the visibility is `selected`. */
  repositories: number[];
  allowsPublicRepositories: boolean;
}

export interface StoredRunner {
  id: number;
  name: string;
  /** As the runner reports it: `Linux`. */
  os: string;
  architecture: string;
  /** Version of the runner program; null until it connected for the first time. */
  version: string | null;
  labels: RunnerLabel[];
  /** Its group, if it belongs to the organization; absent for a runner of the repository. */
  group?: number;
  ephemeral: boolean;
  disableUpdate: boolean;
  createdAt: string;
  /** SHA-256 of the credential that registration gave the runner. */
  credentialSha256: string;
  /** What the last event about it said; kept so that a change is one event. */
  announced: "online" | "offline";
}

export interface RunnerToken {
  sha256: string;
  kind: "registration" | "remove";
  /** Of what it lets runners become a part. Absent: the repository. */
  of?: "organization";
  expiresAt: string;
}

/** An App that was registered by a manifest. */
export interface StoredApp {
  id: number;
  slug: string;
  name: string;
  /** Login of the account that it belongs to. */
  owner: string;
  description: string;
  url: string;
  /** Whether other accounts may install it. */
  isPublic: boolean;
  /** By GitHub's names for Apps. */
  permissions: Readonly<Record<string, "read" | "write">>;
  createdAt: string;
  /** Gives out the key; absent once it did. */
  code?: { readonly sha256: string; readonly expiresAt: string };
  /** PEM; absent until the code was used. */
  publicKey?: string;
  /** Absent until it is installed. */
  installationId?: number;
}

export interface ApiToken {
  sha256: string;
  login: string;
  permissions: TokenPermissions;
  /** The token of an App's installation. */
  installation?: boolean;
  expiresAt?: string;
}

export interface Reviewer {
  type: "User" | "Team";
  id: number;
}

export interface StoredEnvironment {
  id: number;
  name: string;
  createdAt: string;
  updatedAt: string;
  /** Ids of the protection rules, fixed when a rule first appears. */
  ruleIds: { waitTimer: number; requiredReviewers: number; branchPolicy: number };
  /** Minutes. */
  waitTimer: number;
  reviewers: Reviewer[];
  preventSelfReview: boolean;
  canAdminsBypass: boolean;
  deploymentBranchPolicy: { protectedBranches: boolean; customBranchPolicies: boolean } | null;
  branchPolicies: { id: number; name: string; type: "branch" | "tag" }[];
}

/** Where a secret or variable belongs: the repository (null) or one environment, by name. */
export type SecretScope = string | null;

export interface Secret {
  scope: SecretScope;
  name: string;
  /** Sealed box, base64, exactly as the client sent it. */
  encryptedValue: string;
  keyId: string;
  createdAt: string;
  updatedAt: string;
}

export interface Variable {
  scope: SecretScope;
  name: string;
  value: string;
  createdAt: string;
  updatedAt: string;
}

/** X25519 key pair for sealed boxes, base64. */
export interface KeyPair {
  scope: SecretScope;
  keyId: string;
  publicKey: string;
  privateKey: string;
}

export interface Ruleset {
  id: number;
  name: string;
  target: "branch" | "tag" | "push";
  enforcement: "disabled" | "active" | "evaluate";
  bypassActors: unknown[];
  conditions: Record<string, unknown>;
  rules: { type: string; parameters?: Record<string, unknown> }[];
  createdAt: string;
  updatedAt: string;
}

export interface StoredIssue {
  id: number;
  /** 1 for the repository's first. */
  number: number;
  title: string;
  body: string | null;
  labels: string[];
  /** Who opened it. */
  login: string;
  state: "open" | "closed";
  stateReason: "completed" | "reopened" | "not_planned" | null;
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  /** Absent for an issue that is no pull request. */
  pull?: StoredPull;
}

/** What makes an issue a pull request. Both count with the same numbers. */
export interface StoredPull {
  /** Branches of this repository. */
  readonly head: string;
  readonly base: string;
  /** Commits at the last look. */
  headSha: string;
  baseSha: string;
  /** The merge of both; null if they conflict. */
  mergeSha: string | null;
  mergedAt: string | null;
}

export interface StoredComment {
  id: number;
  /** Number of the issue or pull request. */
  issue: number;
  login: string;
  body: string;
  createdAt: string;
  updatedAt: string;
}

export interface WorkflowRecord {
  id: number;
  /** `.github/workflows/NAME.yml` */
  path: string;
  state: "active" | "disabled_manually";
  createdAt: string;
}

/** A fault that is switched on. Parameters are checked where the fault is defined. */
export interface GitHubFault {
  name: string;
  parameters: Record<string, unknown>;
  /** How often it still strikes; absent means until it is switched off. */
  remaining?: number;
  since: string;
}
