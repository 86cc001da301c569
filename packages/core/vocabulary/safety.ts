/** Sentences that override a refusal: a whole sentence is not set by accident. */

/** Allows a disruptive change although no other runner is healthy. */
export const FORCE_WORDS = "change a runner while no other one is healthy";

/** Allows runners on a public repository. */
export const PUBLIC_WORDS = "outsiders may propose code to this repository";

/** Allows a primary and its secondaries on one Proxmox VE node although the cluster has others. */
export const ONE_NODE_WORDS = "one failed node may stop every runner";

/** Lets a stack that is production become another environment, which takes its protection away. */
export const LEAVE_PRODUCTION_WORDS = "this stack is production no longer";

/** Rolls the runners back automatically after an update that failed. */
export const ROLLBACK_WORDS = "a failed update of the runners rolls back by itself";

/** Lets `ghrunners prune` remove runners that are online and machines that run. */
export const PRUNE_WORDS = "remove what is still running";

/** A guard's override: the setting below `safety`, and the only sentence that it accepts. */
export interface Override {
  readonly setting: string;
  readonly words: string;
  /** What it allows; rendered in docs/reference/configuration.md. */
  readonly allows: string;
}

/** The guards of the policy pack by name, each with its override. */
export const guardOverrides = {
  "repository-private": {
    setting: "allowPublicRepository",
    words: PUBLIC_WORDS,
    allows: "Allows runners on a public repository.",
  },
  "runner-labels-exclusive": {
    setting: "allowSharedLabels",
    words: "other jobs may take the production runners",
    allows: "Allows production runners with labels that other jobs request.",
  },
  "pull-requests-hosted": {
    setting: "allowPullRequestJobs",
    words: "pull requests may run on these machines",
    allows: "Allows jobs of pull requests on the runners.",
  },
  "default-token-read-only": {
    setting: "allowWritableToken",
    words: "every job may write to the repository",
    allows: "Allows a default GITHUB_TOKEN that can write.",
  },
  "passphrase-set": {
    setting: "allowEmptyPassphrase",
    words: "everyone who can read the state can read its secrets",
    allows: "Allows a backend whose passphrase is empty.",
  },
  "actions-pinned": {
    setting: "allowUnpinnedActions",
    words: "an action may change under its name",
    allows: "Allows actions that are not pinned by their commit.",
  },
  "production-reviewed": {
    setting: "allowUnreviewedProduction",
    words: "deployments to production are not reviewed",
    allows: "Allows a production environment without reviewers.",
  },
  "production-vm-protected": {
    setting: "allowUnprotectedVm",
    words: "one command may delete a production machine",
    allows: "Allows production VMs without protection.",
  },
  "secrets-encrypted": {
    setting: "allowPlaintextSecrets",
    words: "secrets may be given as plain text",
    allows: "Allows GitHub secrets in the deprecated argument plaintextValue.",
  },
} as const satisfies Record<string, Override>;

export type GuardName = keyof typeof guardOverrides;
export type OverrideSetting = (typeof guardOverrides)[GuardName]["setting"];

/** What a promotion requires (the setting `promotion.from`), each with its override. */
export const promotionOverrides = {
  proof: {
    setting: "allowUnprovenChanges",
    words: "this stack changes without a proof from another one",
    allows: "Allows a change without the proof that promotion.from requires.",
  },
  commit: {
    setting: "allowUncommittedChanges",
    words: "uncommitted changes may run here",
    allows: "Allows a change from a checkout with changed tracked files although promotion.from is set.",
  },
} as const satisfies Record<string, Override>;

export type PromotionDemand = keyof typeof promotionOverrides;
export type PromotionSetting = (typeof promotionOverrides)[PromotionDemand]["setting"];

/** Environment in which the guards only advise; everywhere else they refuse. */
export const ADVISORY_ENVIRONMENT = "staging";
