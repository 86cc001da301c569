/**
 * Which features GitHub gives a repository: that depends on visibility, owner and the owner's plan. Pure.
 *
 * Sources: GitHub documentation, "Managing environments for deployment", "About rulesets", "Managing GitHub Actions
 * settings for a repository", REST "Set allowed actions"; the answers themselves: backstage/backstage#28977,
 * eclipse-csi/otterdog#635, and go-github's note that the environments of a private repository on Free are a 404.
 */

export interface RepositoryKind {
  /** `internal` counts as private. */
  readonly private: boolean;
  readonly owner: "person" | "organization";
  /**
   * The owner's plan as GitHub names it (`free`, `pro`, `team`, `enterprise`); undefined if the token may not see it.
   */
  readonly plan: string | undefined;
  /** On github.com a person can only have Free or Pro; an Enterprise Server may have everything. */
  readonly onGitHubCom: boolean;
}

/** `unknown` if it depends on the plan and the token may not see the plan. */
export type Grant = "yes" | "no" | "unknown";

export interface Offer {
  /** The environment with its secrets, variables and patterns of branches and tags. */
  readonly environments: Grant;
  /** Reviewers, the wait timer, and what depends on them: self-review, bypass by administrators. */
  readonly reviewers: Grant;
  readonly rulesets: Grant;
  /** A list of allowed actions besides GitHub's own and the owner's. */
  readonly actionPatterns: Grant;
  /** Approval before workflows of outsiders' pull requests run. */
  readonly forkApproval: Grant;
}

export const features = ["environments", "reviewers", "rulesets", "actionPatterns", "forkApproval"] as const;

const everything: Offer = {
  environments: "yes",
  reviewers: "yes",
  rulesets: "yes",
  actionPatterns: "yes",
  forkApproval: "yes",
};

/** Plans with which a private repository does not get every feature. */
const LIMITED = ["free", "pro", "team"];

export function offerOf({ private: isPrivate, owner, plan, onGitHubCom }: RepositoryKind): Offer {
  if (!isPrivate) return everything;
  const all: Offer = { ...everything, forkApproval: "no" };
  if (plan === "free") {
    return { ...all, environments: "no", reviewers: "no", rulesets: "no", actionPatterns: "no" };
  }
  if (plan !== undefined) return LIMITED.includes(plan) ? { ...all, reviewers: "no", actionPatterns: "no" } : all;
  // Free or Pro: neither has reviewers.
  const paid = owner === "person" && onGitHubCom ? "no" : "unknown";
  return { ...all, environments: "unknown", rulesets: "unknown", reviewers: paid, actionPatterns: paid };
}

const planWords = ({ plan }: RepositoryKind): string =>
  plan === undefined ? "whose plan this token may not see" : `with the plan ${plan}`;

/** Such as: `private, of an organization with the plan team`. */
export const describeKind = (kind: RepositoryKind): string =>
  `${kind.private ? "private" : "public"}, of ${kind.owner === "person" ? "a person" : "an organization"} ${planWords(kind)}`;
