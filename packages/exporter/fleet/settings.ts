/**
 * Requests to GitHub for settings, of one or two calls each.
 */
import type { GitHubClient } from "@ghrunners/core/github/client";
import { readEnvironment } from "@ghrunners/core/github/environment";
import { unlessMissing } from "@ghrunners/core/github/errors";
import type { Protection } from "@ghrunners/core/github/protection";
import { toDeadline, toOfferedVersions, toSecretTimes } from "@ghrunners/core/github/read-facts";

/** Settings rarely change, so more urgent requests come first. */
const RESERVE = 0.05;

export const askPublic = (github: GitHubClient): Promise<boolean> =>
  github.get("", {}, (raw: { private: boolean }) => !raw.private, RESERVE);

export const askProtection = (github: GitHubClient, environment: string): Promise<Protection | undefined> =>
  readEnvironment(github, environment, RESERVE);

/** Times of the last writes by name. @param environment undefined for the repository's own secrets */
export async function askSecrets(github: GitHubClient, environment: string | undefined): Promise<[string, number][]> {
  const [route, where] =
    environment === undefined
      ? ["/actions/secrets", {}]
      : ["/environments/{environment_name}/secrets", { environment_name: environment }];
  return (await unlessMissing(github.pages(route, where, toSecretTimes, RESERVE))) ?? [];
}

/** When GitHub stops giving jobs to each version, seconds since 1970; no entry for one without an announced end. */
export async function askDeadlines(github: GitHubClient, versions: readonly string[]): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const version of new Set(versions)) {
    const question = github.get("/actions/runners/deprecations/{version}", { version }, toDeadline, RESERVE);
    const deadline = await unlessMissing(question);
    if (deadline !== undefined) found[version] = deadline;
  }
  return found;
}

export const askOffered = (github: GitHubClient): Promise<string[]> =>
  github.get("/actions/runners/downloads", {}, toOfferedVersions, RESERVE);
