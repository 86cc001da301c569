/** Judges whether the organization can have the runner group, and whether one of that name is ours. Pure. */
import { openTo, type RunnerGroupSeen } from "@ghrunners/core/github/runner-group";
import { describeKind, type RepositoryKind } from "@ghrunners/core/github/repository-kind";
import type { Answer, PreflightProblem } from "./observation";

/** What GitHub shows for the group. */
export interface RunnerGroupObservation {
  readonly kind: Answer<RepositoryKind>;
  /** The group of that name; undefined if there is none yet. */
  readonly group: Answer<RunnerGroupSeen | undefined>;
}

const REMOVE = "pulumi config rm --path 'ghrunners:github.runnerGroup' (the runners then belong to the repository)";

/**
 * Reasons against a group that exists already: it is taken over only if no other repository may use it.
 * @param repository `owner/name`
 */
export function judgeGroup(repository: string, name: string, group: RunnerGroupSeen | undefined): string[] {
  const others = group === undefined ? [] : openTo(group, repository);
  if (others.length === 0) return [];
  return [
    `the runner group ${name} exists already and is open to ${others.join(", ")}: their jobs would run on these ` +
      `runners. Expected no group of that name, or one for ${repository} alone. Next: an owner closes it, or ` +
      "pulumi config set --path 'ghrunners:github.runnerGroup' ANOTHER_NAME",
  ];
}

/** @param isKnown whether the stack has this group already: then an update closes it again */
export function judgeRunnerGroup(
  github: { readonly repository: string; readonly runnerGroup: string },
  { kind, group }: RunnerGroupObservation,
  isKnown: boolean,
): PreflightProblem[] {
  const setting = "github.runnerGroup";
  if ("error" in kind) return [{ setting: "github", reason: kind.error }];
  const { owner, plan } = kind.value;
  const expected = "Expected an organization with GitHub Team or Enterprise, which has runner groups.";
  if (owner === "person" || plan === "free") {
    const reason = `the repository is ${describeKind(kind.value)}. ${expected} Next: change the plan or the owner, or ${REMOVE}`;
    return [{ setting, reason }];
  }
  if ("error" in group) return [{ setting, reason: group.error }];
  if (isKnown) return [];
  return judgeGroup(github.repository, github.runnerGroup, group.value).map((reason) => ({ setting, reason }));
}
