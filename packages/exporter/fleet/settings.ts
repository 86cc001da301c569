/**
 * Questions to GitHub that one or two calls answer.
 */
import type { GitHubApi, RepositoryName } from "@ghrunners/core/github/budgeted-api";
import type { ProtectionFacts, RunnerFacts } from "@ghrunners/core/github/facts";
import {
  type BranchPolicy,
  type RawEnvironment,
  type RawRunners,
  toBranchPolicies,
  toDeadline,
  toOfferedVersions,
  toProtection,
  toRunners,
  toSecretTimes,
} from "@ghrunners/core/github/read-facts";

/** Settings change seldom: what is watched by the second goes first. */
const RESERVE = 0.05;
const REPOSITORY = "/repos/{owner}/{repo}";

const isMissing = (error: unknown): boolean => (error as { status?: number }).status === 404;

/** Undefined where GitHub answers 404. */
async function unlessMissing<T>(ask: Promise<T>): Promise<T | undefined> {
  try {
    return await ask;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export const askRunners = (api: GitHubApi, repository: RepositoryName): Promise<RunnerFacts[]> =>
  api.pages<RawRunners, RunnerFacts>(`${REPOSITORY}/actions/runners`, { ...repository }, toRunners);

export const askPublic = (api: GitHubApi, repository: RepositoryName): Promise<boolean> =>
  api.get<{ private: boolean }, boolean>(REPOSITORY, { ...repository }, (raw) => !raw.private, RESERVE);

export async function askProtection(
  api: GitHubApi,
  repository: RepositoryName,
  environment: string,
): Promise<ProtectionFacts | undefined> {
  const where = { ...repository, environment_name: environment };
  const route = `${REPOSITORY}/environments/{environment_name}`;
  const raw = await unlessMissing(
    api.get<RawEnvironment, RawEnvironment>(
      route,
      where,
      ({ can_admins_bypass, protection_rules, deployment_branch_policy }) => ({
        can_admins_bypass,
        protection_rules,
        deployment_branch_policy,
      }),
      RESERVE,
    ),
  );
  if (raw === undefined) return undefined;
  const policies = raw.deployment_branch_policy?.custom_branch_policies
    ? await api.pages<Parameters<typeof toBranchPolicies>[0], BranchPolicy>(
        `${route}/deployment-branch-policies`,
        where,
        toBranchPolicies,
        RESERVE,
      )
    : [];
  return toProtection(raw, policies);
}

/** Times of the last writes by name. @param environment undefined for the repository's own secrets */
export async function askSecrets(
  api: GitHubApi,
  repository: RepositoryName,
  environment: string | undefined,
): Promise<[string, number][]> {
  const route =
    environment === undefined
      ? `${REPOSITORY}/actions/secrets`
      : `${REPOSITORY}/environments/{environment_name}/secrets`;
  const where = { ...repository, ...(environment === undefined ? {} : { environment_name: environment }) };
  const found = await unlessMissing(
    api.pages<Parameters<typeof toSecretTimes>[0], [string, number]>(route, where, toSecretTimes, RESERVE),
  );
  return found ?? [];
}

/** When GitHub stops to give jobs to each version, seconds since 1970; no entry for one without an announced end. */
export async function askDeadlines(
  api: GitHubApi,
  repository: RepositoryName,
  versions: readonly string[],
): Promise<Record<string, number>> {
  const route = `${REPOSITORY}/actions/runners/deprecations/{version}`;
  const found: Record<string, number> = {};
  for (const version of new Set(versions)) {
    const deadline = await unlessMissing(
      api.get<Parameters<typeof toDeadline>[0], number | undefined>(
        route,
        { ...repository, version },
        toDeadline,
        RESERVE,
      ),
    );
    if (deadline !== undefined) found[version] = deadline;
  }
  return found;
}

export const askOffered = (api: GitHubApi, repository: RepositoryName): Promise<string[]> =>
  api.get<Parameters<typeof toOfferedVersions>[0], string[]>(
    `${REPOSITORY}/actions/runners/downloads`,
    { ...repository },
    toOfferedVersions,
    RESERVE,
  );
