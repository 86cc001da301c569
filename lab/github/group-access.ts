/**
 * Which of the organization's runners the repository may use. Source: GitHub, "Managing access to self-hosted runners
 * using groups".
 */
import type { StoredRunner, StoredRunnerGroup } from "./model";
import { isPublic } from "./plan";
import type { Services } from "./services";

/** Whether the repository may use the group. */
export function isUsable(known: Pick<Services, "seed" | "faults">, group: StoredRunnerGroup): boolean {
  if (isPublic(known) && !group.allowsPublicRepositories) return false;
  if (group.visibility === "selected") return group.repositories.includes(known.seed.repository.id);
  return group.visibility === "all" || !isPublic(known);
}

/** Whether the repository's jobs may run on a runner. */
export const serves =
  (known: Pick<Services, "seed" | "faults" | "store">) =>
  ({ group }: Pick<StoredRunner, "group">): boolean => {
    if (group === undefined) return true;
    const found = known.store.state.runnerGroups.find(({ id }) => id === group);
    return found !== undefined && isUsable(known, found);
  };
