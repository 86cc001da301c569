import type * as pulumi from "@pulumi/pulumi";
import { DeploymentEnvironment } from "@ghrunners/components/github/environment";
import { githubProvider, leftoversHook } from "@ghrunners/components/github/resource-options";
import { RepositoryRules } from "@ghrunners/components/github/rules";
import { SecretValues } from "@ghrunners/components/github/secrets";
import type { Settings } from "../parse";

/** Where the deployer on a runner finds the targets, with their pinned keys (packages/deploy/deployer/surroundings.ts). */
const targetsVariable = ({ targets }: Settings): Readonly<Record<string, string>> =>
  targets.length === 0
    ? {}
    : {
        DEPLOY_TARGETS: JSON.stringify(
          targets.map(({ name, address, user, hostKey }) => ({ name, address, user, hostKey })),
        ),
      };

/** What this stack manages at GitHub beside the runners: its environment, and the repository's rules where they are its own. */
export function manageRepositorySide(settings: Settings, { dependsOn }: pulumi.ComponentResourceOptions): void {
  const { deployment, repository, github, environment, safety } = settings;
  if (deployment === undefined && !repository.manage) return;
  const access = { ...github, token: settings.githubToken };
  const opts = {
    dependsOn,
    github: githubProvider("github", access, { dependsOn }),
    clearLeftovers: leftoversHook(access),
  };
  const of = { githubUrl: github.url, repository: github.repository };
  const secrets = new SecretValues(
    "secrets",
    { secrets: settings.secrets, values: settings.secretValues, generations: settings.secretGenerations },
    { dependsOn },
  );
  if (deployment !== undefined) {
    const { name, reviewers, waitMinutes, preventSelfReview, adminsCanBypass, branches, tags } = deployment;
    const args = {
      ...of,
      ...{ reviewers, waitMinutes, preventSelfReview, adminsCanBypass, branches, tags },
      variables: { ...deployment.variables, ...targetsVariable(settings) },
      environment: name ?? environment,
      protect: safety.protect,
    };
    new DeploymentEnvironment("deployment", { ...args, secrets: secrets.environment }, opts);
  }
  if (repository.manage) new RepositoryRules("repository", { ...of, ...repository, secrets: secrets.repository }, opts);
}
