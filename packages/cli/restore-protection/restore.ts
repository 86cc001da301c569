import { repositoryOf } from "@ghrunners/core/github/repository";
import { GitHubClient } from "@ghrunners/core/github/client";
import { readState } from "../drift/drift";
import type { Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";

/**
 * Writes the protection of the stack's environment to GitHub again, as the state has it. `pulumi up` does not: the
 * provider does not notice a missing rule, so it sees no difference (docs/how-to/drift.md).
 * @throws Error if the stack has no environment
 */
export async function restoreProtection(stack: Stack): Promise<string> {
  const [{ github, githubToken }, { environment }] = await Promise.all([settingsOf(stack), readState(stack)]);
  if (environment === undefined) {
    throw new Error(`The stack ${stack.name} has made no environment. Expected one. Next: pulumi up`);
  }
  const client = new GitHubClient(repositoryOf(github), githubToken);
  const { waitMinutes, reviewerIds, preventSelfReview, adminsCanBypass } = environment;
  const waits = reviewerIds.length > 0 || waitMinutes > 0;
  await client.call("restore the environment's protection", (octokit, names) =>
    // One PUT sets everything; omitted fields return to GitHub's defaults. A private repository without Enterprise has
    // no such rules, and GitHub refuses even their defaults. can_admins_bypass is not in the published description, but
    // GitHub takes it, and so does the Terraform provider.
    octokit.request("PUT /repos/{owner}/{repo}/environments/{environment_name}", {
      ...names,
      environment_name: environment.name,
      ...(waits
        ? {
            wait_timer: waitMinutes,
            reviewers: reviewerIds.map((id) => ({ type: "User" as const, id })),
            prevent_self_review: preventSelfReview,
            can_admins_bypass: adminsCanBypass,
          }
        : {}),
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    }),
  );
  return environment.name;
}
