/**
 * Shared by all components with resources of the GitHub provider: the provider itself, and a hook before creates.
 */
import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { appIn } from "@ghrunners/core/github/credential";
import { leftoverOf } from "@ghrunners/core/github/plan-leftovers";
import { providerBase, repositoryName } from "@ghrunners/core/github/repository";
import { settled } from "../arguments";
import { defaults } from "../runner/defaults";
import type { GitHubArgs } from "../runner/settings";
import { removeLeftover } from "@ghrunners/core/github/leftovers";
import { gitHubLibrary } from "../libraries";

type AppAuth = NonNullable<pulumi.Unwrap<github.ProviderArgs["appAuth"]>>;

/** The arguments of a GitHub provider. */
export interface GitHubProviderArgs extends GitHubArgs {
  /**
   * Pause after each write, milliseconds. GitHub asks its clients for at least one second.
   * @default 1000
   */
  readonly writeDelayMs?: pulumi.Input<number>;
}

/** A credential in the provider's own form. */
function providerAccess(credential: string): { readonly token?: string; readonly appAuth?: AppAuth } {
  const app = appIn(credential);
  if (app === undefined) return { token: credential };
  return {
    appAuth: { id: String(app.appId), installationId: String(app.installationId), pemFile: app.privateKey },
  };
}

/** A GitHub provider for a repository. Its requests are sent one after the other, as GitHub asks of its clients. */
export function githubProvider(
  name: string,
  { url = defaults.githubUrl, repository, token, writeDelayMs = 1000 }: GitHubProviderArgs,
  opts?: pulumi.ResourceOptions,
): github.Provider {
  const owner = pulumi.output(repository).apply((fullName) => repositoryName(fullName).owner);
  const baseUrl = pulumi.output(url).apply(providerBase);
  const access = pulumi.secret(token).apply(providerAccess);
  return new github.Provider(
    name,
    { baseUrl, owner, token: access.token, appAuth: access.appAuth, writeDelayMs },
    opts,
  );
}

/**
 * Removes what an interrupted create left at GitHub, so that the next run converges. It runs in the program's process
 * and only before a create; it only removes things that the create then makes again.
 * @param name resource name of the component
 */
export function leftoversHook(
  name: string,
  { url = defaults.githubUrl, repository, token }: GitHubArgs,
): pulumi.ResourceHook {
  return new pulumi.ResourceHook(`${name}-clear-leftovers`, async (step) => {
    const leftover = leftoverOf(step.type, step.newInputs ?? {});
    if (leftover === undefined) return;
    const { GitHubClient } = gitHubLibrary();
    const access = await settled({ url, repository, token });
    const client = new GitHubClient({ url: access.url, fullName: access.repository }, access.token);
    await removeLeftover(client, leftover);
  });
}
