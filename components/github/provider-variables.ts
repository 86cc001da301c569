/**
 * Environment variables that the GitHub provider obeys although it is given explicit arguments. Pure.
 *
 * Source: configureProvider and getAppAuth in github/provider.go of integrations/terraform-provider-github 6.13.
 * - GITHUB_ORGANIZATION comes before GITHUB_OWNER, and that one before the argument `owner`.
 * - GITHUB_APP_ID, GITHUB_APP_INSTALLATION_ID and GITHUB_APP_PEM_FILE, all three set, come before the argument `token`.
 * - GITHUB_TOKEN and GITHUB_BASE_URL are defaults of arguments that this program always gives: they cannot win.
 */
import { repositoryName } from "@ghrunners/core/github/repository";

const APP_VARIABLES = ["GITHUB_APP_ID", "GITHUB_APP_INSTALLATION_ID", "GITHUB_APP_PEM_FILE"] as const;

/** In the order in which the provider takes them. GitHub tells owners apart regardless of case. */
const OWNER_VARIABLES = ["GITHUB_ORGANIZATION", "GITHUB_OWNER"] as const;

/** @returns a refusal for each variable by which the provider would work for somebody else than the configuration says */
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
            "provider would work as that app instead of by ghrunners:githubToken. Expected none. " +
            `Next: unset ${APP_VARIABLES.join(" ")}`,
        ]
      : []),
  ];
}
