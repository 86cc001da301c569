/** Which runners belong to the repository and which to a group of its organization. Pure. */
import type { GitHubState, StoredRunner, StoredRunnerGroup } from "./model";

/** Every organization has this group from the beginning. */
export const DEFAULT_GROUP = "Default";
export const DEFAULT_GROUP_ID = 1;

/** A new organization's only group: private repositories use it, all of them. */
export const defaultGroup = (): StoredRunnerGroup => ({
  id: DEFAULT_GROUP_ID,
  name: DEFAULT_GROUP,
  visibility: "all",
  repositories: [],
  allowsPublicRepositories: false,
});

/** GitHub's runner compares names without case. */
export const groupNamed = (groups: readonly StoredRunnerGroup[], name: string): StoredRunnerGroup | undefined =>
  groups.find((group) => group.name.toLowerCase() === name.toLowerCase());

/** Whether the runner belongs to the organization, or to the repository (undefined). */
export const belongsTo = ({ group }: StoredRunner, of: "organization" | undefined): boolean =>
  (group !== undefined) === (of === "organization");

/** Group of a runner: a runner of the repository, and one that is gone, is shown in the default one. */
export function groupOf({ runners, runnerGroups }: Readonly<GitHubState>, runnerId: number): StoredRunnerGroup {
  const runner = runners.find(({ id }) => id === runnerId);
  return runnerGroups.find(({ id }) => id === runner?.group) ?? defaultGroup();
}
