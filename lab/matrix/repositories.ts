/** Repositories and configurations, and what `pulumi up` has to do and say with each. Data. */
import type { Offer } from "@ghrunners/core/github/repository-kind";
import { PUBLIC_WORDS } from "@ghrunners/core/vocabulary/safety";
import type { ExpectedOutcome } from "./row";
import type { KindName } from "./repository-kinds";

/**
 * `shipped`: what Pulumi.production.yaml asks of GitHub. `everything`: with reviewers and a list of allowed actions.
 */
export type ConfigurationName = "shipped" | "everything";

/** One row: a repository, a configuration, and what `pulumi up` has to do. */
export interface RepositoryRow extends ExpectedOutcome {
  readonly kind: KindName;
  /** Whether the token is another person's, whom GitHub does not show the plan. Default: false. */
  readonly planIsHidden?: boolean;
  readonly configuration: ConfigurationName;
  /** Whether `safety.allowPublicRepository` has its sentence. Default: false. */
  readonly publicIsAllowed?: boolean;
  /** Whether the hosts are managed: without, no runner can be harmed by a public repository. Default: false. */
  readonly managesHosts?: boolean;
  /** What GitHub has afterwards. */
  readonly has: readonly (keyof Offer)[];
}

const free = "private, of a person or an organization on Free";
const pro = "private, of a person on Pro";
const team = "private, of an organization on Team";
const enterprise = "private, of an organization on Enterprise";

/** What a plan without reviewers is refused for, where the configuration asks for everything. */
const tooMuch = (kind: string): string[] => [
  `ghrunners:deployment.reviewers: the repository is ${kind}, and has neither reviewers nor waiting for deployments. Expected GitHub Enterprise or a public repository. Next: change the plan, or pulumi config rm`,
  `ghrunners:repository.allowedActions: the repository is ${kind}, and has no list of allowed actions.`,
];

export const repositoryRows: readonly RepositoryRow[] = [
  {
    kind: pro,
    configuration: "shipped",
    outcome: "goes through",
    has: ["environments", "rulesets"],
    says: ["octocat/demo-app is private, of a person with the plan pro."],
  },
  {
    kind: pro,
    configuration: "everything",
    outcome: "refused",
    has: [],
    says: tooMuch("private, of a person with the plan pro"),
  },
  {
    kind: pro,
    planIsHidden: true,
    configuration: "shipped",
    outcome: "goes through",
    has: ["environments", "rulesets"],
    says: [
      "octocat/demo-app is private, of a person whose plan this token may not see.",
      "ghrunners:deployment: with a smaller plan, GitHub has no environments and refuses during the update.",
    ],
  },
  {
    kind: free,
    configuration: "shipped",
    outcome: "refused",
    has: [],
    says: [
      "ghrunners:deployment: the repository is private, of a person with the plan free, and has no environments.",
      "ghrunners:repository.manage: the repository is private, of a person with the plan free, and has no rulesets.",
    ],
  },
  {
    kind: free,
    planIsHidden: true,
    configuration: "shipped",
    outcome: "fails",
    has: [],
    says: [
      "octocat/demo-app is private, of a person whose plan this token may not see.",
      // GitHub refuses the environment and the ruleset at once; the engine reports the one that came first.
      "ghrunners:deployment: with a smaller plan, GitHub has no environments and refuses during the update.",
      "ghrunners:repository.manage: with a smaller plan, GitHub has no rulesets and refuses during the update.",
    ],
  },
  {
    kind: team,
    configuration: "shipped",
    outcome: "goes through",
    has: ["environments", "rulesets"],
    says: ["octo-org/demo-app is private, of an organization with the plan team."],
  },
  {
    kind: team,
    configuration: "everything",
    outcome: "refused",
    has: [],
    says: tooMuch("private, of an organization with the plan team"),
  },
  {
    kind: enterprise,
    configuration: "everything",
    outcome: "goes through",
    has: ["environments", "reviewers", "rulesets", "actionPatterns"],
    says: ["octo-org/demo-app is private, of an organization with the plan enterprise."],
  },
  {
    kind: "public",
    configuration: "everything",
    managesHosts: true,
    outcome: "refused",
    has: [],
    says: [
      "ghrunners:github.repository: octocat/demo-app is public: anyone could",
      `'ghrunners:safety.allowPublicRepository' '${PUBLIC_WORDS}'`,
    ],
  },
  {
    kind: "public",
    configuration: "everything",
    publicIsAllowed: true,
    outcome: "goes through",
    has: ["environments", "reviewers", "rulesets", "actionPatterns", "forkApproval"],
    says: ["octocat/demo-app is public, of a person with the plan free."],
  },
];

/** The repository of a row, in words. */
export const repositoryTitle = ({ kind, planIsHidden = false, publicIsAllowed = false }: RepositoryRow): string =>
  `${kind}${planIsHidden ? ", the plan hidden from the token" : ""}${publicIsAllowed ? ", allowed in words" : ""}`;

const configurations: Readonly<Record<RepositoryRow["configuration"], string>> = {
  shipped: "as `Pulumi.production.yaml` has it",
  everything: "with reviewers and a list of actions",
};

/** The configuration of a row, in words. */
export const configurationTitle = ({ configuration }: RepositoryRow): string => configurations[configuration];
