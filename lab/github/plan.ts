import type { Environment } from "./model";
import { ApiError, unprocessable } from "./http/errors";
import type { Services } from "./services";

/** The owner's plan. What it gives counts for private repositories; a public one has everything. */
export type BillingPlan = "free" | "pro" | "team" | "enterprise";

export const planNames = ["free", "pro", "team", "enterprise"] as const satisfies readonly BillingPlan[];

/** A fault may lower it: the owner has stopped paying. */
export const planOf = ({ faults }: Pick<Services, "faults">): BillingPlan =>
  faults.active("billing-plan")?.parameters.plan ?? "enterprise";

function isPublic({ seed, faults }: Services): boolean {
  return !seed.repository.private || faults.active("repository-public") !== undefined;
}

/**
 * The protection that a private repository's environment may have. Reviewers and timers come with Enterprise, branch
 * policies with Pro and Team. Source: GitHub documentation, "Using environments for deployment"; the words are GitHub's
 * (backstage/backstage#28977), those for branch policies are guessed after them.
 *
 * @throws ApiError 422
 */
export function requireProtectionInPlan(
  services: Services,
  wanted: Pick<Environment, "reviewers" | "waitTimer" | "deploymentBranchPolicy">,
): void {
  const plan = planOf(services);
  if (isPublic(services) || plan === "enterprise") return;
  const refused = [
    ...(wanted.reviewers.length > 0 ? ["required reviewers"] : []),
    ...(wanted.waitTimer > 0 ? ["wait timer"] : []),
    ...(plan === "free" && wanted.deploymentBranchPolicy !== null ? ["branch policy"] : []),
  ][0];
  if (refused === undefined) return;
  throw unprocessable(
    `Failed to create the environment protection rule. Please ensure the billing plan supports the ${refused} protection rule.`,
  );
}

/** @throws ApiError 403 in GitHub's words: rulesets of a private repository come with Pro */
export function requireRulesetsInPlan(services: Services): void {
  if (isPublic(services) || planOf(services) !== "free") return;
  throw new ApiError(403, "Upgrade to GitHub Pro or make this repository public to enable this feature.");
}
