import * as pulumi from "@pulumi/pulumi";
import { DeploymentEnvironment, githubProvider, RepositoryRules } from "@ghrunners/components";
import { SecretValues } from "@ghrunners/components/github/secrets";
import { RUNBOOKS_VARIABLE } from "@ghrunners/core/vocabulary/delivery";
import type { Settings } from "../parse";

/**
 * Variable from which the deployer on a runner reads the targets and their pinned keys
 * (packages/deploy/deployer/job-environment.ts).
 */
const targetsVariable = ({ targets }: Settings): Readonly<Record<string, string>> =>
  targets.length === 0
    ? {}
    : {
        DEPLOY_TARGETS: JSON.stringify(
          targets.map(({ name, address, user, hostKey }) => ({ name, address, user, hostKey })),
        ),
      };

/** Address of the runbooks for the jobs' messages, where they are not in the repository itself. */
const runbooksVariable = ({ monitoring }: Settings): Readonly<Record<string, string>> =>
  monitoring?.runbookBaseUrl === undefined ? {} : { [RUNBOOKS_VARIABLE]: monitoring.runbookBaseUrl };

/**
 * Manages GitHub besides the runners: the stack's environment, and the repository's rules if this stack manages them.
 */
export function manageRepositorySide(
  settings: Settings,
  { dependsOn }: pulumi.ComponentResourceOptions,
): pulumi.Resource[] {
  const { deployment, repository, github, environment, safety } = settings;
  const made: pulumi.Resource[] = [];
  if (deployment === undefined && !repository.manage) return made;
  const access = { ...github, token: pulumi.secret(settings.githubToken) };
  const runbooks = runbooksVariable(settings);
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
      variables: { ...runbooks, ...deployment.variables, ...targetsVariable(settings) },
      secrets: secrets.environment,
      protect: safety.protect,
    };
    made.push(new DeploymentEnvironment("deployment", args, opts));
  }
  if (repository.manage) {
    // The gate has no environment, so it sees the repository's variable alone.
    const args = { ...repository, variables: { ...runbooks, ...repository.variables } };
    made.push(new RepositoryRules("repository", { ...args, github: access, secrets: secrets.repository }, opts));
  }
  return made;
}
