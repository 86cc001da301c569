/**
 * What may run in the repository, as its own settings show it, and as the organization that owns it decides. Source:
 * GitHub REST, "GitHub Actions Permissions".
 */
import type { GitHubClient } from "./client";
import { statusOf } from "./errors";

export type AllowedActions = "all" | "local_only" | "selected";

/** What holds in the repository, whoever decided it. */
export interface RepositoryActions {
  /** Whether Actions is on. */
  readonly enabled: boolean;
  /** Undefined while Actions is off. */
  readonly allowed: AllowedActions | undefined;
}

/** What the organization lets this repository do. */
export interface OrganizationPolicy {
  /** Which repositories may use Actions. */
  readonly actions: "all" | "none" | "selected";
  /** With `all`, each repository chooses; otherwise the organization has chosen. Undefined while Actions is off. */
  readonly allowed: AllowedActions | undefined;
  /** Whether this repository may have self-hosted runners of its own; undefined: this GitHub has no such policy. */
  readonly ownRunners: boolean | undefined;
}

/** Needs Administration: read. */
export async function repositoryActions(github: GitHubClient): Promise<RepositoryActions> {
  const seen = await github.call("read the settings of Actions", ({ rest }, names) =>
    rest.actions.getGithubActionsPermissionsRepository(names),
  );
  return { enabled: seen.enabled, allowed: seen.allowed_actions };
}

const path = "/orgs/{owner}/actions/permissions";

async function ownRunnersAllowed(github: GitHubClient): Promise<boolean | undefined> {
  type Settings = { readonly enabled_repositories: OrganizationPolicy["actions"] };
  try {
    const which = await github.get(`${path}/self-hosted-runners`, {}, (raw: Settings) => raw.enabled_repositories);
    if (which !== "selected") return which === "all";
  } catch (error) {
    // The policy is newer than that of Actions: an older Enterprise Server does not know it.
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
  type Listed = { readonly repositories?: { readonly full_name: string }[] };
  const names = await github.pages(`${path}/self-hosted-runners/repositories`, {}, (raw: Listed) =>
    (raw.repositories ?? []).map(({ full_name: name }) => name.toLowerCase()),
  );
  return names.includes(github.where.fullName.toLowerCase());
}

/**
 * Undefined if the token may not see it: GitHub then answers 403, or 404 as it does for a person. Needs the
 * organization's permission Administration: read.
 * @throws GitHubError for any other refusal
 */
export async function organizationPolicy(github: GitHubClient): Promise<OrganizationPolicy | undefined> {
  type Raw = {
    readonly enabled_repositories: OrganizationPolicy["actions"];
    readonly allowed_actions?: AllowedActions;
  };
  const read = async (): Promise<OrganizationPolicy> => {
    const [raw, ownRunners] = await Promise.all([github.get(path, {}, (raw: Raw) => raw), ownRunnersAllowed(github)]);
    return { actions: raw.enabled_repositories, allowed: raw.allowed_actions, ownRunners };
  };
  try {
    return await github.explain("read the organization's policy for Actions", read());
  } catch (error) {
    const { status, allowedAt } = error as { readonly status?: number; readonly allowedAt?: number };
    // A limit of requests is a 403 too, and says nothing about the permission.
    if ((status === 403 || status === 404) && allowedAt === undefined) return undefined;
    throw error;
  }
}
