import type { StoredEnvironment } from "./model";
import { GitHubApiError, notFound, unprocessable } from "./http/errors";
import { permits } from "./http/authorize";
import type { Requester } from "./http/message";
import type { Services } from "./services";

/** The owner's plan. What it gives counts for private repositories; a public one has everything. */
export type BillingPlan = "free" | "pro" | "team" | "enterprise";

type PlanSources = Pick<Services, "seed" | "faults">;

/** A fault may change it: the owner has stopped paying, or pays for more. */
export const planOf = ({ seed, faults }: PlanSources): BillingPlan =>
  faults.active("billing-plan")?.parameters.plan ??
  seed.owner.plan ??
  (seed.owner.type === "Organization" ? "team" : "pro");

/** A fault may make it public, as if a user had changed the visibility. */
export const isPublic = ({ seed, faults }: PlanSources): boolean =>
  !seed.repository.private || faults.active("repository-public") !== undefined;

/** Whether something is there that private repositories have with Enterprise only. */
export const hasEverything = (known: PlanSources): boolean => isPublic(known) || planOf(known) === "enterprise";

/**
 * The plan as this token may see it: a person's with that person's own token, an organization's with one of its
 * owners', which every client here is; both with the permission "Plan". Undefined: GitHub leaves the field out.
 */
export function visiblePlan(
  known: PlanSources & Pick<Services, "permissionUse">,
  identity: Requester | undefined,
): BillingPlan | undefined {
  if (identity === undefined || !permits(identity, "plan:read")) return undefined;
  const { login, type } = known.seed.owner;
  if (type === "User" && identity.login !== login) return undefined;
  known.permissionUse.record(identity.login, "plan:read", "the owner's plan");
  return planOf(known);
}

/** What of an environment's settings the request has, whatever the value. */
export interface RequestedProtection {
  readonly names: readonly (keyof Pick<StoredEnvironment, "reviewers" | "waitTimer" | "preventSelfReview">)[];
}

/**
 * Environments of a private repository come with Pro and Team, reviewers and timers with Enterprise. There GitHub
 * refuses the fields of those rules even with their defaults; go-github then asks again without them. Sources: GitHub
 * documentation, "Managing environments for deployment"; go-github, CreateUpdateEnvironment (Free: 404, Pro and Team:
 * 422); backstage/backstage#28977 for the words; alchemy-run/alchemy#1373 for the defaults.
 *
 * @throws GitHubApiError 404, 422
 */
export function requireProtectionInPlan(known: PlanSources, { names }: RequestedProtection): void {
  if (hasEverything(known)) return;
  if (planOf(known) === "free") throw notFound();
  if (names.length === 0) return;
  const refused = names.includes("waitTimer") && !names.includes("reviewers") ? "wait timer" : "required reviewers";
  throw unprocessable(
    `Failed to create the environment protection rule. Please ensure the billing plan supports the ${refused} protection rule.`,
  );
}

/** @throws GitHubApiError 403 in GitHub's words: rulesets of a private repository come with Pro */
export function requireRulesetsInPlan(known: PlanSources): void {
  if (isPublic(known) || planOf(known) !== "free") return;
  throw new GitHubApiError(403, "Upgrade to GitHub Pro or make this repository public to enable this feature.");
}
