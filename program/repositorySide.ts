import type * as pulumi from "@pulumi/pulumi";
import { DeploymentEnvironment } from "../components/deployment-environment";
import { githubProvider, leftoversHook } from "../components/github-resources";
import { RepositoryRules } from "../components/repository-rules";
import { SecretValues } from "../components/secret-values";
import type { Settings } from "../config/parse";

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
    const args = { ...of, ...deployment, environment: deployment.name ?? environment, protect: safety.protect };
    new DeploymentEnvironment("deployment", { ...args, secrets: secrets.environment }, opts);
  }
  if (repository.manage) new RepositoryRules("repository", { ...of, ...repository, secrets: secrets.repository }, opts);
}
