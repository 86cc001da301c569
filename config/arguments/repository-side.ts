import * as pulumi from "@pulumi/pulumi";
import { DeploymentEnvironment, githubProvider, RepositoryRules } from "@ghrunners/components";
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
export function manageRepositorySide(
  settings: Settings,
  { dependsOn }: pulumi.ComponentResourceOptions,
): pulumi.Resource[] {
  const { deployment, repository, github, environment, safety } = settings;
  const made: pulumi.Resource[] = [];
  if (deployment === undefined && !repository.manage) return made;
  const access = { ...github, token: pulumi.secret(settings.githubToken) };
  const opts = { dependsOn, provider: githubProvider("github", access, { dependsOn }) };
  const secrets = new SecretValues(
    "secrets",
    { secrets: settings.secrets, values: settings.secretValues, generations: settings.secretGenerations },
    { dependsOn },
  );
  if (deployment !== undefined) {
    const args = {
      ...deployment,
      github: access,
      environment: deployment.name ?? environment,
      variables: { ...deployment.variables, ...targetsVariable(settings) },
      secrets: secrets.environment,
      protect: safety.protect,
    };
    made.push(new DeploymentEnvironment("deployment", args, opts));
  }
  if (repository.manage) {
    made.push(new RepositoryRules("repository", { ...repository, github: access, secrets: secrets.repository }, opts));
  }
  return made;
}
