/** Which of the features in docs/reference/repository.md a repository has in use. Read-only. */
import { readFileSync } from "node:fs";
import https from "node:https";
import { GitHubClient } from "@ghrunners/core/github/client";
import { statusOf } from "@ghrunners/core/github/errors";
import { features, type Offer } from "@ghrunners/core/github/repository-kind";
import { forkApproval } from "@ghrunners/core/github/settings";
import { httpsFetch } from "../driver/https-fetch";
import type { Lab } from "../lifecycle";

/** GitHub answers 403 or 404 where the plan does not have what is asked for. */
async function unlessRefused<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await question;
  } catch (error) {
    if (statusOf(error) === 403 || statusOf(error) === 404) return undefined;
    throw error;
  }
}

async function listsActions(github: GitHubClient): Promise<boolean> {
  const { allowed_actions: allowed } = await github.call("read the permissions of Actions", ({ rest }, names) =>
    rest.actions.getGithubActionsPermissionsRepository(names),
  );
  if (allowed !== "selected") return false;
  const { patterns_allowed: patterns = [] } = await github.call("read the allowed actions", ({ rest }, names) =>
    rest.actions.getAllowedActionsRepository(names),
  );
  return patterns.length > 0;
}

/**
 * @param fullName `OWNER/NAME`
 * @throws GitHubError
 */
export async function featuresInUse(lab: Lab, fullName: string): Promise<(keyof Offer)[]> {
  // This process trusts no authority of a lab.
  const agent = new https.Agent({ keepAlive: false });
  const fetch = httpsFetch(readFileSync(lab.authority, "utf8"), agent, () => undefined) as typeof globalThis.fetch;
  const github = new GitHubClient({ url: lab.githubUrl, fullName }, lab.secrets.githubToken, { fetch });
  try {
    const environments = await unlessRefused(
      github.call("list the environments", ({ rest }, names) => rest.repos.getAllEnvironments(names)),
    );
    const rulesets = await unlessRefused(
      github.call("list the rulesets", ({ rest }, names) => rest.repos.getRepoRulesets(names)),
    );
    const rules = (environments?.environments ?? []).flatMap(({ protection_rules: all = [] }) => all);
    const inUse: Record<keyof Offer, boolean> = {
      environments: (environments?.total_count ?? 0) > 0,
      reviewers: rules.some(({ type }) => type === "required_reviewers"),
      rulesets: (rulesets ?? []).length > 0,
      actionPatterns: await listsActions(github),
      forkApproval: (await forkApproval(github)) === "all_external_contributors",
    };
    return features.filter((feature) => inUse[feature]);
  } finally {
    github.close();
  }
}
