import { GitHubClient } from "@ghrunners/core/github/client";
import type { EnvironmentState } from "../drift/state";
import { worker } from "../inside";

/** The protection to write; arrives on standard input. */
export interface RestoreInput {
  readonly url: string;
  readonly repository: string;
  readonly token: string;
  readonly environment: EnvironmentState;
}

worker(async ({ url, repository, token, environment }: RestoreInput): Promise<null> => {
  const client = await GitHubClient.open({ url, fullName: repository }, token);
  await client.call("restore the environment's protection", (octokit, names) =>
    // One PUT sets everything; what it leaves out goes back to GitHub's default. can_admins_bypass is not in the
    // published description, but GitHub takes it, and so does the Terraform provider.
    octokit.request("PUT /repos/{owner}/{repo}/environments/{environment_name}", {
      ...names,
      environment_name: environment.name,
      wait_timer: environment.waitMinutes,
      reviewers: environment.reviewers.map((id) => ({ type: "User" as const, id })),
      prevent_self_review: environment.preventSelfReview,
      can_admins_bypass: environment.adminsCanBypass,
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    }),
  );
  return null;
});
