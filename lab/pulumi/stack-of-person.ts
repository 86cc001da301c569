/** A stack file of the lab for a person's repository. Pure. */
import { guardOverrides } from "@ghrunners/core/vocabulary/safety";
import { repositoryOf } from "../owner";

type Group = Readonly<Record<string, unknown>>;

const without = (group: Group, name: string): Group =>
  Object.fromEntries(Object.entries(group).filter(([key]) => key !== name));

/**
 * The committed files ask for what an organization on Enterprise has. This leaves out what GitHub does not have in a
 * person's private repository, reviewers and a list of allowed actions, and what would lock out a single maintainer, as
 * Pulumi.production.yaml does.
 * @param config settings by key, `ghrunners:github` and so on
 */
export function ofPersonsStack(config: Group): Record<string, unknown> {
  const group = (name: string): Group | undefined => config[`ghrunners:${name}`] as Group | undefined;
  const { deployment, repository } = { deployment: group("deployment"), repository: group("repository") };
  const words = guardOverrides["production-reviewed"].words;
  return {
    ...config,
    "ghrunners:github": { ...group("github"), repository: repositoryOf("person").fullName },
    ...(deployment && { "ghrunners:deployment": without(deployment, "reviewers") }),
    ...(repository && {
      "ghrunners:repository": { ...without(repository, "allowedActions"), requiredApprovals: 0, codeOwners: false },
    }),
    ...(config["ghrunners:environment"] === "production" && {
      "ghrunners:safety": { ...group("safety"), allowUnreviewedProduction: words },
    }),
  };
}
