/**
 * What every component with resources of the GitHub provider needs: the provider itself and a hook before creates.
 */
import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { apiBase } from "@ghrunners/core/github/api-base";
import { leftoverOf } from "@ghrunners/core/github/plan-leftovers";

export interface GitHubAccess {
  /** `https://github.com` or a GitHub Enterprise Server. */
  readonly url: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Token of a repository administrator. */
  readonly token: string;
  /** Pause after each write, milliseconds. */
  readonly writeDelayMs: number;
}

/** Resource options of components that manage things at GitHub. */
export interface GitHubResourceOptions extends pulumi.ComponentResourceOptions {
  /** The explicit provider; there is no default one. */
  readonly github: github.Provider;
  /** From {@link leftoversHook}. */
  readonly clearLeftovers: pulumi.ResourceHook;
}

/** The one provider of the program. Its requests go out one after the other, as GitHub asks of its clients. */
export function githubProvider(
  name: string,
  { url, repository, token, writeDelayMs }: GitHubAccess,
  opts: pulumi.ResourceOptions,
): github.Provider {
  const [owner = ""] = repository.split("/");
  const baseUrl = apiBase(url).replace(/\/api\/v3$/, "");
  return new github.Provider(name, { baseUrl: `${baseUrl}/`, owner, token: pulumi.secret(token), writeDelayMs }, opts);
}

/**
 * Removes what an interrupted create left at GitHub, so that the next run converges. It runs in the program's process and
 * only before a create; what it removes is named by the configuration and made anew at once.
 */
export function leftoversHook({ url, repository, token }: GitHubAccess): pulumi.ResourceHook {
  return new pulumi.ResourceHook("ghrunners-clear-github-leftovers", async (step) => {
    const leftover = leftoverOf(step.type, step.newInputs ?? {});
    if (leftover === undefined) return;
    const { GitHubClient } = require("@ghrunners/core/github/client") as typeof import("@ghrunners/core/github/client");
    const { removeLeftover } =
      require("@ghrunners/core/github/leftovers") as typeof import("@ghrunners/core/github/leftovers");
    await removeLeftover(await GitHubClient.open({ url, fullName: repository }, token), leftover);
  });
}
