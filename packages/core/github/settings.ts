/**
 * Accounts and repository settings for which the provider has no resource, or which it requests too often.
 */
import type { GitHubClient, RepositorySeen } from "./client";
import { GitHubError, statusOf } from "./errors";

/** Which pull requests from outsiders need an approval before their workflows run. */
export type ForkApprovalPolicy =
  "first_time_contributors_new_to_github" | "first_time_contributors" | "all_external_contributors";

/** GitHub's own default. Source: GitHub documentation, managing GitHub Actions settings for a repository. */
export const DEFAULT_FORK_APPROVAL: ForkApprovalPolicy = "first_time_contributors";

const path = "/repos/{owner}/{repo}/actions/permissions/fork-pr-contributor-approval";

/** GitHub answers 422 to both calls while the repository is private: only public repositories have the setting. */
const notOfPrivate = (error: unknown): undefined => {
  if (statusOf(error) === 422) return undefined;
  throw error;
};

/** @returns undefined if the repository is private and so has no such setting */
export const forkApproval = (github: GitHubClient): Promise<ForkApprovalPolicy | undefined> =>
  github
    .call("read the approval policy for forks", (octokit, names) => octokit.request(`GET ${path}`, names))
    .then(({ approval_policy: policy }) => policy, notOfPrivate);

/** Does nothing if the repository is private and so has no such setting. */
export async function setForkApproval(github: GitHubClient, policy: ForkApprovalPolicy): Promise<void> {
  await github
    .call("set the approval policy for forks", (octokit, names) =>
      octokit.request(`PUT ${path}`, { ...names, approval_policy: policy }),
    )
    .catch(notOfPrivate);
}

/**
 * GitHub's number of an account. The number stays the same when a login is renamed and then taken by another user.
 * @throws GitHubError if no account has the login
 */
export async function userId(github: GitHubClient, login: string): Promise<number> {
  try {
    const user = await github.call(`look up ${login}`, ({ rest }) => rest.users.getByUsername({ username: login }));
    return user.id;
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    throw new GitHubError(
      `GitHub has no user ${login}. Expected the login of a person who may read the repository. ` +
        `Next: correct ghrunners:deployment.reviewers`,
      404,
    );
  }
}

/** Whether the account may read the repository: GitHub accepts only such reviewers. */
export async function mayRead(github: GitHubClient, login: string): Promise<boolean> {
  const { permission } = await github.call(`look up the rights of ${login}`, ({ rest }, names) =>
    rest.repos.getCollaboratorPermissionLevel({ ...names, username: login }),
  );
  return permission !== "none";
}

/**
 * Login of the token's account; undefined for the token of an App's installation, which has none: GitHub answers 403.
 * Source: actions/create-github-app-token#258.
 */
export async function tokenAccount(github: GitHubClient): Promise<string | undefined> {
  try {
    return (await readSelf(github)).login;
  } catch (error) {
    if (statusOf(error) === 403) return undefined;
    throw error;
  }
}

const readSelf = (github: GitHubClient) =>
  github.call("read the token's account", ({ rest }) => rest.users.getAuthenticated());

/**
 * The owner's plan as GitHub names it (`free`, `pro`, `team`, `enterprise`); undefined if the token may not see it:
 * GitHub shows a person's plan to that person's own token, and an organization's to its owners.
 */
export async function ownerPlan(github: GitHubClient, owner: RepositorySeen["owner"]): Promise<string | undefined> {
  if (owner.kind === "organization") {
    const organization = await github.call("read the owner", ({ rest }) => rest.orgs.get({ org: owner.login }));
    return organization.plan?.name;
  }
  const account =
    (await tokenAccount(github)) === owner.login
      ? await readSelf(github)
      : await github.call("read the owner", ({ rest }) => rest.users.getByUsername({ username: owner.login }));
  return account.plan?.name;
}

/** Logins of users with write access, from the first page only: enough to tell one from several. */
export async function writers(github: GitHubClient): Promise<string[]> {
  const found = await github.call("list who may write", ({ rest }, names) =>
    rest.repos.listCollaborators({ ...names, permission: "push", per_page: 100 }),
  );
  return found.map(({ login }) => login);
}

/** @throws GitHubError that names the permission if the token may not read the repository's secrets */
export async function secretsReadable(github: GitHubClient): Promise<true> {
  await github.call("list the secrets", ({ rest }, names) => rest.actions.listRepoSecrets({ ...names, per_page: 1 }));
  return true;
}

/** @throws GitHubError that names the permission if the token may not read the repository's variables */
export async function variablesReadable(github: GitHubClient): Promise<true> {
  await github.call("list the variables", ({ rest }, names) =>
    rest.actions.listRepoVariables({ ...names, per_page: 1 }),
  );
  return true;
}

/** Whether GitHub Actions is on for the repository. */
export async function actionsEnabled(github: GitHubClient): Promise<boolean> {
  const { enabled } = await github.call("read the settings of Actions", ({ rest }, names) =>
    rest.actions.getGithubActionsPermissionsRepository(names),
  );
  return enabled;
}
