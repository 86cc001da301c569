/**
 * Reads at GitHub what the deployment environment and the repository's rules need. Read-only.
 */
import { organizationPolicy, repositoryActions } from "@ghrunners/core/github/actions-policy";
import type { GitHubClient, RepositorySeen } from "@ghrunners/core/github/client";
import { statusOf } from "@ghrunners/core/github/errors";
import type { RepositoryKind } from "@ghrunners/core/github/repository-kind";
import {
  mayRead,
  ownerPlan,
  secretsReadable,
  userId,
  variablesReadable,
  writers,
} from "@ghrunners/core/github/settings";
import type { ActionsPolicySeen } from "./actions-policy";
import type { DeploymentInputs } from "./args";
import type { DeploymentObservation } from "./judge-deployment";
import { observeGateMachine } from "./gate-machine";
import { attempt } from "./observe";

/** An environment that does not exist yet is fine: the token may read environments. */
async function environmentReadable(github: GitHubClient, name: string): Promise<true> {
  try {
    await github.call("list the secrets of the environment", ({ rest }, names) =>
      rest.actions.listEnvironmentSecrets({ ...names, environment_name: name, per_page: 1 }),
    );
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
  return true;
}

/** Owner, plan and visibility of the repository. @param url web address of GitHub */
export const kindOf = async (
  github: GitHubClient,
  { owner, private: isPrivate }: RepositorySeen,
  url: string,
): Promise<RepositoryKind> => ({
  private: isPrivate,
  owner: owner.kind,
  plan: await ownerPlan(github, owner),
  onGitHubCom: new URL(url).host === "github.com",
});

async function observePolicy(github: GitHubClient, { owner }: RepositorySeen): Promise<ActionsPolicySeen> {
  const [repository, organization] = await Promise.all([
    attempt(() => repositoryActions(github)),
    owner.kind === "organization" ? attempt(() => organizationPolicy(github)) : undefined,
  ]);
  return { repository, organization };
}

export async function observeDeployment(
  github: GitHubClient,
  inputs: DeploymentInputs,
  url: string,
): Promise<DeploymentObservation> {
  const repository = await attempt(() => github.repository());
  // Then every other request would fail too, and one reason is enough.
  if ("error" in repository) return { kind: repository, writers: undefined, reviewers: [], permissions: [] };
  const { environment } = inputs;
  const [kind, people, reviewers, permissions, gate, policy] = await Promise.all([
    attempt(() => kindOf(github, repository.value, url)),
    // If the token may not list them, only the warning about a single writer is lost.
    writers(github).catch(() => undefined),
    Promise.all(
      (environment?.reviewers ?? []).map((login) =>
        attempt(async () => {
          await userId(github, login);
          return mayRead(github, login);
        }),
      ),
    ),
    Promise.all([
      ...(environment === undefined ? [] : [attempt(() => environmentReadable(github, environment.name))]),
      ...(inputs.repositorySecrets ? [attempt(() => secretsReadable(github))] : []),
      ...(inputs.repositoryVariables ? [attempt(() => variablesReadable(github))] : []),
    ]),
    // Nothing is made by it, so what cannot be read is left to the doctor.
    environment === undefined ? undefined : attempt(() => observeGateMachine(github, url)),
    observePolicy(github, repository.value),
  ]);
  return { kind, writers: people, reviewers, permissions, gate, policy };
}
