/**
 * Accounts and settings of the repository that the provider has no resource for, or asks for too often.
 */
import type { GitHubClient } from "./client";
import { GitHubError, statusOf } from "./errors";

/** Which pull requests of outsiders wait for an approval before their workflows run. */
export type ForkApprovalPolicy =
  "first_time_contributors_new_to_github" | "first_time_contributors" | "all_external_contributors";

/** GitHub's own default. Source: GitHub documentation, managing GitHub Actions settings for a repository. */
export const DEFAULT_FORK_APPROVAL: ForkApprovalPolicy = "first_time_contributors";

const path = "/repos/{owner}/{repo}/actions/permissions/fork-pr-contributor-approval";

export async function forkApproval(github: GitHubClient): Promise<ForkApprovalPolicy> {
  const { approval_policy: policy } = await github.call("read the approval policy for forks", (octokit, names) =>
    octokit.request(`GET ${path}`, names),
  );
  return policy;
}

export async function setForkApproval(github: GitHubClient, policy: ForkApprovalPolicy): Promise<void> {
  await github.call("set the approval policy for forks", (octokit, names) =>
    octokit.request(`PUT ${path}`, { ...names, approval_policy: policy }),
  );
}

/**
 * GitHub's number of an account; numbers stay when a login is renamed and given to somebody else.
 * @throws GitHubError when nobody has the login
 */
export async function userId(github: GitHubClient, login: string): Promise<number> {
  try {
    const user = await github.call(`look up ${login}`, ({ rest }) => rest.users.getByUsername({ username: login }));
    return user.id;
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    throw new GitHubError(
      `GitHub knows nobody called ${login}. Expected the login of a person who may read the repository. ` +
        `Next: correct ghrunners:deployment.reviewers`,
      404,
    );
  }
}

/** Whether the account may see the repository: GitHub takes no other reviewers. */
export async function mayRead(github: GitHubClient, login: string): Promise<boolean> {
  const { permission } = await github.call(`look up the rights of ${login}`, ({ rest }, names) =>
    rest.repos.getCollaboratorPermissionLevel({ ...names, username: login }),
  );
  return permission !== "none";
}

/** The owner's plan in GitHub's words (`free`, `pro`, `team`, `enterprise`); undefined where the token may not see it. */
export async function ownerPlan(github: GitHubClient): Promise<string | undefined> {
  const { owner } = await github.call("read the repository", ({ rest }, names) => rest.repos.get(names));
  if (owner.type === "Organization") {
    const organization = await github.call("read the owner", ({ rest }) => rest.orgs.get({ org: owner.login }));
    return organization.plan?.name;
  }
  // Only to its own owner GitHub tells the plan of an account; the public view has it on some servers.
  const self = await github.call("read the token's account", ({ rest }) => rest.users.getAuthenticated());
  const account =
    self.login === owner.login
      ? self
      : await github.call("read the owner", ({ rest }) => rest.users.getByUsername({ username: owner.login }));
  return account.plan?.name;
}

/** @throws GitHubError that names the permission when the token may not see the repository's secrets */
export async function secretsReadable(github: GitHubClient): Promise<true> {
  await github.call("list the secrets", ({ rest }, names) => rest.actions.listRepoSecrets({ ...names, per_page: 1 }));
  return true;
}

/** @throws GitHubError that names the permission when the token may not see the repository's variables */
export async function variablesReadable(github: GitHubClient): Promise<true> {
  await github.call("list the variables", ({ rest }, names) =>
    rest.actions.listRepoVariables({ ...names, per_page: 1 }),
  );
  return true;
}
