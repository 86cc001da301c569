import type { components } from "@octokit/openapi-types";
import type { StoredEnvironment, Reviewer } from "../model";
import type { Seed } from "../seed";
import { accounts, nodeId, simpleUser, type SimpleUser } from "./accounts";
import { repositoryPage, repositoryUrl } from "./repository";

type Schemas = components["schemas"];
type ProtectionRule = NonNullable<Schemas["environment"]["protection_rules"]>[number];

export const environmentUrl = (seed: Seed, name: string): string =>
  `${repositoryUrl(seed)}/environments/${encodeURIComponent(name)}`;
export const environmentPage = (seed: Seed, name: string): string =>
  `${repositoryPage(seed)}/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`;

/** Reviewers that still exist. Teams need an organization and are refused when they are set. */
export function reviewerViews(seed: Seed, reviewers: readonly Reviewer[]): { type: "User"; reviewer: SimpleUser }[] {
  return reviewers.flatMap(({ id }) => {
    const account = accounts(seed).find((known) => known.id === id);
    return account === undefined ? [] : [{ type: "User" as const, reviewer: simpleUser(seed, account) }];
  });
}

function protectionRules(seed: Seed, environment: StoredEnvironment): ProtectionRule[] {
  const { ruleIds, waitTimer, reviewers, preventSelfReview, deploymentBranchPolicy } = environment;
  const rules: ProtectionRule[] = [];
  if (waitTimer > 0) {
    rules.push({
      id: ruleIds.waitTimer,
      node_id: nodeId("Gate", ruleIds.waitTimer),
      type: "wait_timer",
      wait_timer: waitTimer,
    });
  }
  if (reviewers.length > 0) {
    rules.push({
      id: ruleIds.requiredReviewers,
      node_id: nodeId("Gate", ruleIds.requiredReviewers),
      type: "required_reviewers",
      prevent_self_review: preventSelfReview,
      reviewers: reviewerViews(seed, reviewers),
    });
  }
  if (deploymentBranchPolicy !== null) {
    rules.push({ id: ruleIds.branchPolicy, node_id: nodeId("Gate", ruleIds.branchPolicy), type: "branch_policy" });
  }
  return rules;
}

/** `can_admins_bypass` is sent by GitHub and read by the Terraform provider, but is not in GitHub's description. */
export function environmentView(
  seed: Seed,
  environment: StoredEnvironment,
): Schemas["environment"] & { can_admins_bypass: boolean } {
  const { id, name, deploymentBranchPolicy: policy } = environment;
  return {
    id,
    node_id: nodeId("Environment", id),
    name,
    url: environmentUrl(seed, name),
    html_url: environmentPage(seed, name),
    created_at: environment.createdAt,
    updated_at: environment.updatedAt,
    can_admins_bypass: environment.canAdminsBypass,
    protection_rules: protectionRules(seed, environment),
    deployment_branch_policy: policy && {
      protected_branches: policy.protectedBranches,
      custom_branch_policies: policy.customBranchPolicies,
    },
  };
}
