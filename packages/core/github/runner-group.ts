/**
 * The runner group of an organization that belongs to one repository: what GitHub shows of it, and the calls that make
 * it and keep it closed to all others. Source: GitHub, "REST API endpoints for self-hosted runner groups".
 */
import type { GitHubClient } from "./client";
import { unlessMissing } from "./errors";
import type { GitHubRunner } from "./runner";

/** A runner group as GitHub shows it. */
export interface RunnerGroupSeen {
  readonly id: number;
  readonly name: string;
  readonly visibility: string;
  readonly allowsPublicRepositories: boolean;
  /** Shared by an enterprise: the organization cannot change it. */
  readonly inherited: boolean;
  /** Full names of the selected repositories; empty with any other visibility. */
  readonly repositories: readonly string[];
}

interface RawGroup {
  readonly id: number;
  readonly name: string;
  readonly visibility: string;
  readonly inherited: boolean;
  readonly allows_public_repositories: boolean;
}

const GROUPS = "/orgs/{owner}/actions/runner-groups" as const;

/**
 * The group of this name. GitHub's runner compares names without case. Needs the organization's permission Self-hosted
 * runners: read.
 * @throws GitHubError
 */
export async function runnerGroupNamed(github: GitHubClient, name: string): Promise<RunnerGroupSeen | undefined> {
  const groups = await github.list("list the runner groups", GROUPS, {}, (raw: { runner_groups: RawGroup[] }) =>
    raw.runner_groups.filter((group) => group.name.toLowerCase() === name.toLowerCase()),
  );
  const [found] = groups;
  if (found === undefined) return undefined;
  const { id, visibility, inherited, allows_public_repositories: allowsPublicRepositories } = found;
  const repositories =
    visibility === "selected"
      ? await github.list(
          "list the repositories of the runner group",
          `${GROUPS}/${id}/repositories`,
          {},
          (raw: { repositories: { full_name: string }[] }) => raw.repositories.map(({ full_name: full }) => full),
        )
      : [];
  return { id, name: found.name, visibility, allowsPublicRepositories, inherited, repositories };
}

/**
 * The runners that are registered where the repository's own are: in its group, if it has one, else at the repository.
 * A runner of another group may belong to somebody else. Needs what {@link runnerGroupNamed} needs.
 */
export async function ownRunners(github: GitHubClient): Promise<GitHubRunner[]> {
  const { runnerGroup } = github.where;
  const all = await github.runners();
  if (runnerGroup === undefined) return all;
  const group = await runnerGroupNamed(github, runnerGroup);
  return group === undefined ? [] : all.filter(({ groupId }) => groupId === group.id);
}

/**
 * Who may use the group besides the repository, in words; empty if it is the repository's alone. Pure.
 * @example openTo({ visibility: "all", ... }, "octo-org/demo-app") // ["all repositories of the organization"]
 */
export function openTo(group: Omit<RunnerGroupSeen, "id" | "name">, repository: string): string[] {
  const everyone = { all: "all repositories of the organization", private: "all private repositories" };
  const others = group.repositories.filter((name) => name.toLowerCase() !== repository.toLowerCase());
  return [
    ...(group.visibility === "selected" ? others : [everyone[group.visibility as "all"] ?? group.visibility]),
    ...(group.allowsPublicRepositories ? ["public repositories"] : []),
    ...(group.inherited ? ["other organizations of the enterprise"] : []),
  ];
}

/** Makes the group for the repository alone. @returns its number @throws GitHubError */
export async function makeRunnerGroup(github: GitHubClient, name: string): Promise<number> {
  const { id } = await github.call("make the runner group", async (octokit, { owner = "", repo = "" }) => {
    const { data: repository } = await octokit.rest.repos.get({ owner, repo });
    return octokit.request("POST /orgs/{org}/actions/runner-groups", {
      org: owner,
      name,
      visibility: "selected",
      selected_repository_ids: [repository.id],
      allows_public_repositories: false,
    });
  });
  return id;
}

/** Closes the group to everyone but the repository. @throws GitHubError */
export async function closeRunnerGroup(github: GitHubClient, id: number, name: string): Promise<void> {
  await github.call("close the runner group", async (octokit, { owner = "", repo = "" }) => {
    const { data: repository } = await octokit.rest.repos.get({ owner, repo });
    const group = { org: owner, runner_group_id: id };
    await octokit.request("PATCH /orgs/{org}/actions/runner-groups/{runner_group_id}", {
      ...group,
      name,
      visibility: "selected",
      allows_public_repositories: false,
    });
    return octokit.request("PUT /orgs/{org}/actions/runner-groups/{runner_group_id}/repositories", {
      ...group,
      selected_repository_ids: [repository.id],
    });
  });
}

/**
 * Deletes the group if it has no runners: GitHub would move them to the default group, where every repository may use
 * them.
 * @returns the runners that keep it @throws GitHubError
 */
export async function deleteRunnerGroup(github: GitHubClient, id: number): Promise<string[]> {
  const listed = await unlessMissing(
    github.list(
      "list the runners of the group",
      `${GROUPS}/${id}/runners`,
      {},
      (raw: { runners: { name: string }[] }) => raw.runners.map(({ name }) => name),
    ),
  );
  if (listed === undefined || listed.length > 0) return listed ?? [];
  await unlessMissing(
    github.call("delete the runner group", (octokit, { owner = "" }) =>
      octokit.request("DELETE /orgs/{org}/actions/runner-groups/{runner_group_id}", {
        org: owner,
        runner_group_id: id,
      }),
    ),
  );
  return [];
}

/** Number of the group that a runner of the organization is in; undefined if there is no such runner. */
export async function groupOfRunner(github: GitHubClient, runnerId: number): Promise<number | undefined> {
  const runner = await unlessMissing(
    github.call("read a runner", ({ rest }, { owner = "" }) =>
      rest.actions.getSelfHostedRunnerForOrg({ org: owner, runner_id: runnerId }),
    ),
  );
  return runner?.runner_group_id;
}

/** Moves a runner of the organization into the group. @throws GitHubError */
export async function moveRunner(github: GitHubClient, runnerId: number, groupId: number): Promise<void> {
  await github.call("move a runner to its group", (octokit, { owner = "" }) =>
    octokit.request("PUT /orgs/{org}/actions/runner-groups/{runner_group_id}/runners/{runner_id}", {
      org: owner,
      runner_group_id: groupId,
      runner_id: runnerId,
    }),
  );
}
