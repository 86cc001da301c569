import type { GitHubClient } from "@ghrunners/core/github/client";
import { statusOf } from "@ghrunners/core/github/errors";
import { forkApproval } from "@ghrunners/core/github/settings";
import type { SeenRepository, SeenSecret, SeenVariable } from "./observation";

export async function readRepository(github: GitHubClient): Promise<SeenRepository> {
  const read = github.call.bind(github);
  const [permissions, token, approval, rulesets] = await Promise.all([
    read("read the Actions permissions", ({ rest }, names) =>
      rest.actions.getGithubActionsPermissionsRepository(names),
    ),
    read("read the default token", ({ rest }, names) =>
      rest.actions.getGithubActionsDefaultWorkflowPermissionsRepository(names),
    ),
    forkApproval(github),
    github.list("list the rulesets", "/rulesets", {}, (all: SeenRepository["rulesets"][number][]) => all),
  ]);
  return {
    forkApproval: approval,
    defaultToken: token.default_workflow_permissions,
    mayApprove: token.can_approve_pull_request_reviews,
    allowedActions: permissions.allowed_actions ?? "none",
    shaPinning: (permissions as { sha_pinning_required?: boolean }).sha_pinning_required ?? false,
    rulesets: rulesets.map(({ name, enforcement }) => ({ name, enforcement })),
  };
}

interface Listed {
  readonly secrets: { readonly name: string; readonly updated_at: string }[];
  readonly variables: { readonly name: string; readonly value: string }[];
}

/** Names, times and plain values; a secret's value never leaves GitHub. */
export async function readScoped(
  github: GitHubClient,
  environment: string | undefined,
  repository: boolean,
): Promise<{ secrets: SeenSecret[]; variables: SeenVariable[] }> {
  const none = { secrets: [], variables: [] };
  const empty = (error: unknown): typeof none => {
    if (statusOf(error) === 404) return none;
    throw error;
  };
  const listed = async (whose: string, route: string, where: Readonly<Record<string, string>>): Promise<Listed> => {
    const [secrets, variables] = await Promise.all([
      github.list(`list the ${whose}'s secrets`, `${route}/secrets`, where, (raw: Listed) => raw.secrets),
      github.list(`list the ${whose}'s variables`, `${route}/variables`, where, (raw: Listed) => raw.variables),
    ]);
    return { secrets, variables };
  };
  const ofEnvironment = (environment_name: string): Promise<Listed> =>
    listed("environment", "/environments/{environment_name}", { environment_name });
  const ofRepository = (): Promise<Listed> => listed("repository", "/actions", {});
  const inRepository = repository ? await ofRepository() : none;
  const inEnvironment = environment === undefined ? none : await ofEnvironment(environment).catch(empty);
  const tagged = <T extends { name: string }>(scope: "environment" | "repository", entries: readonly T[]) =>
    entries.map((entry) => ({ ...entry, scope }));
  return {
    secrets: [...tagged("environment", inEnvironment.secrets), ...tagged("repository", inRepository.secrets)].map(
      ({ scope, name, updated_at: updatedAt }) => ({ scope, name, updatedAt }),
    ),
    variables: [...tagged("environment", inEnvironment.variables), ...tagged("repository", inRepository.variables)].map(
      ({ scope, name, value }) => ({ scope, name, value }),
    ),
  };
}
