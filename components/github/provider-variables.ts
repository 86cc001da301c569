/**
 * Environment variables that override the explicit arguments of the GitHub provider. Pure.
 *
 * Source: configureProvider and getAppAuth in github/provider.go of integrations/terraform-provider-github 6.13.
 * - GITHUB_ORGANIZATION overrides GITHUB_OWNER, which overrides the argument `owner`.
 * - GITHUB_APP_ID, GITHUB_APP_INSTALLATION_ID and GITHUB_APP_PEM_FILE, if all three are set, override the argument
 * `token`.
 * - GITHUB_TOKEN is the default of `token`, and has no effect: the program gives that argument, or `appAuth`, which wins.
 * - GITHUB_BASE_URL is the default of an argument that this program always gives, so it has no effect.
 */
import { repositoryName } from "@ghrunners/core/github/repository";

const APP_VARIABLES = ["GITHUB_APP_ID", "GITHUB_APP_INSTALLATION_ID", "GITHUB_APP_PEM_FILE"] as const;

/** In the provider's order of precedence. GitHub compares owners without case. */
const OWNER_VARIABLES = ["GITHUB_ORGANIZATION", "GITHUB_OWNER"] as const;

/**
 * @returns a refusal for each variable that would make the provider work for another owner or app than the configured
 * one
 */
export function judgeProviderVariables(
  env: Readonly<Record<string, string | undefined>>,
  { repository }: { readonly repository: string },
): string[] {
  const { owner } = repositoryName(repository);
  const wins = OWNER_VARIABLES.find((name) => (env[name] ?? "") !== "");
  const value = wins === undefined ? owner : (env[wins] ?? "");
  const isApp = APP_VARIABLES.every((name) => (env[name] ?? "") !== "");
  return [
    ...(value.toLowerCase() === owner.toLowerCase()
      ? []
      : [
          `environment variable ${wins}: it is "${value}", and the GitHub provider would work for that owner instead of ` +
            `${owner}. Expected none, or ${owner}. Next: unset ${wins}`,
        ]),
    ...(isApp
      ? [
          `environment variables ${APP_VARIABLES.join(", ")}: they are set (id ${env.GITHUB_APP_ID}), and the GitHub ` +
            "provider would work as that app instead of with ghrunners:githubToken. Expected none. " +
            `Next: unset ${APP_VARIABLES.join(" ")}`,
        ]
      : []),
  ];
}
