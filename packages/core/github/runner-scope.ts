/**
 * Where the repository's runners are registered: at the repository, or in a group of the organization that owns it.
 * Addresses for both, and which runners the repository's jobs can get. Source: GitHub, "REST API endpoints for
 * self-hosted runners" and "... runner groups".
 */
import { type Repository, repositoryName } from "./repository";
import type { RepositoryRequests } from "./requests";
import { type GitHubRunner, type RawRunner, toRunner, toRunners } from "./runner";

type Scope = Pick<Repository, "runnerGroup">;

/** Path of the runners' REST calls. */
export const runnersPath = ({ runnerGroup }: Scope) =>
  runnerGroup === undefined ? "/repos/{owner}/{repo}/actions/runners" : "/orgs/{owner}/actions/runners";

/** What config.sh gets as `--url`, and what the `.runner` file of a host has. */
export function registrationUrl({ url, fullName, runnerGroup }: Repository): string {
  const { owner } = repositoryName(fullName);
  return `${url.replace(/\/+$/, "")}/${runnerGroup === undefined ? fullName : owner}`;
}

/** Page on which a person finds the runners. */
export const runnersPage = (where: Repository): string =>
  where.runnerGroup === undefined
    ? `${registrationUrl(where)}/settings/actions/runners`
    : `${where.url.replace(/\/+$/, "")}/organizations/${repositoryName(where.fullName).owner}/settings/actions/runners`;

/**
 * A runner as people name it to `gh api`.
 * @example runnerApi("octo-org/demo-app", { id: 7 }) // "repos/octo-org/demo-app/actions/runners/7"
 */
export const runnerApi = (fullName: string, { id, groupId }: Pick<GitHubRunner, "id" | "groupId">) =>
  `${groupId !== undefined ? `orgs/${repositoryName(fullName).owner}` : `repos/${fullName}`}/actions/runners/${id}`;

interface RawGroups {
  readonly runner_groups: readonly { readonly id: number }[];
}
interface RawOfOrganization {
  readonly runners: readonly (RawRunner & { readonly runner_group_id?: number })[];
}

/**
 * Runners of the organization in the groups that the repository may use. GitHub's list of a repository's runners does
 * not have them. Needs the organization's permission Self-hosted runners: read.
 * @throws as {@link RepositoryRequests.pages}
 */
export async function organizationRunners(github: RepositoryRequests, repository: string): Promise<GitHubRunner[]> {
  const visible = { visible_to_repository: repositoryName(repository).repo ?? "" };
  const groups = await github.pages("/orgs/{owner}/actions/runner-groups", visible, (raw: RawGroups) =>
    raw.runner_groups.map(({ id }) => id),
  );
  return github.pages("/orgs/{owner}/actions/runners", {}, ({ runners }: RawOfOrganization) =>
    runners
      .filter(({ runner_group_id: group = 0 }) => groups.includes(group))
      .map((runner) => ({ ...toRunner(runner), groupId: runner.runner_group_id })),
  );
}

/**
 * Every self-hosted runner that can get the repository's jobs.
 * @throws as {@link RepositoryRequests.pages}
 */
export async function usableRunners(github: RepositoryRequests): Promise<GitHubRunner[]> {
  const { fullName, runnerGroup } = github.where;
  const own = await github.pages("/actions/runners", {}, toRunners);
  return runnerGroup === undefined ? own : [...own, ...(await organizationRunners(github, fullName))];
}
