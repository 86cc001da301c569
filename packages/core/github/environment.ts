/** Reads a GitHub environment with its protection. */
import type { GitHubClient } from "./client";
import { unlessMissing } from "./errors";
import {
  type EnvironmentSeen,
  hasCustomPolicies,
  type RawEnvironment,
  toBranchPolicies,
  toEnvironment,
} from "./protection";

const ROUTE = "/environments/{environment_name}";

/** The part of the answer that the protection is read from. */
const rules = ({ can_admins_bypass, protection_rules, deployment_branch_policy }: RawEnvironment): RawEnvironment => ({
  can_admins_bypass,
  protection_rules,
  deployment_branch_policy,
});

/**
 * @param reserve share of a service's budget to leave, 0 to 1
 * @returns undefined if GitHub has no environment of that name
 * @throws Octokit's RequestError; a command passes it through {@link GitHubClient.explain}
 */
export async function readEnvironment(
  github: Pick<GitHubClient, "get" | "pages">,
  name: string,
  reserve = 0,
): Promise<EnvironmentSeen | undefined> {
  const where = { environment_name: name };
  const raw = await unlessMissing(github.get(ROUTE, where, rules, reserve));
  if (raw === undefined) return undefined;
  const policies = hasCustomPolicies(raw)
    ? await github.pages(`${ROUTE}/deployment-branch-policies`, where, toBranchPolicies, reserve)
    : [];
  return toEnvironment(raw, policies);
}
