import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import type { GitHubResourceOptions } from "./resource-options";
import type { DeploymentEnvironmentArgs } from "./environment-args";
import { Reviewers } from "../resources/reviewers";

export type { DeploymentEnvironmentArgs } from "./environment-args";

/** A GitHub environment with its protection, its variables and its secrets. */
export class DeploymentEnvironment extends pulumi.ComponentResource {
  /** Name, known when the environment stands. */
  readonly environment: pulumi.Output<string>;

  constructor(name: string, args: DeploymentEnvironmentArgs, opts: GitHubResourceOptions) {
    const { github: provider, clearLeftovers, ...options } = opts;
    const shown = { ...args, secrets: Object.keys(args.secrets) };
    super("ghrunners:deployment:DeploymentEnvironment", name, shown, options);
    const [, repository = ""] = args.repository.split("/");
    const child = { parent: this, provider };
    const leftovers = { hooks: { beforeCreate: [clearLeftovers] } };

    const { environment } = new github.RepositoryEnvironment(
      `${name}-environment`,
      {
        repository,
        environment: args.environment,
        waitTimer: args.waitMinutes,
        canAdminsBypass: args.adminsCanBypass,
        ...this.review(name, args),
        // Patterns, one resource each. GitHub's "protected branches" would let every branch through where none is protected.
        deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
      },
      { ...child, protect: args.protect },
    );
    const of = { repository, environment };
    for (const branchPattern of args.branches) {
      new github.RepositoryEnvironmentDeploymentPolicy(
        `${name}-branch-${branchPattern}`,
        { ...of, branchPattern },
        { ...child, ...leftovers },
      );
    }
    for (const tagPattern of args.tags) {
      new github.RepositoryEnvironmentDeploymentPolicy(
        `${name}-tag-${tagPattern}`,
        { ...of, tagPattern },
        { ...child, ...leftovers },
      );
    }
    for (const [variableName, value] of Object.entries(args.variables)) {
      new github.ActionsEnvironmentVariable(
        `${name}-variable-${variableName}`,
        { ...of, variableName, value },
        { ...child, ...leftovers },
      );
    }
    for (const [secretName, value] of Object.entries(args.secrets)) {
      new github.ActionsEnvironmentSecret(
        `${name}-secret-${secretName}`,
        { ...of, secretName, value: pulumi.secret(value) },
        // Under one name: the old one's delete would take the new one away.
        { ...child, deleteBeforeReplace: true },
      );
    }
    this.environment = environment;
    this.registerOutputs({ environment: this.environment });
  }

  /** Without reviewers GitHub keeps no review rule, so self-review would come back as a difference. */
  private review(
    name: string,
    { githubUrl, repository, reviewers, preventSelfReview }: DeploymentEnvironmentArgs,
  ): Pick<github.RepositoryEnvironmentArgs, "reviewers" | "preventSelfReview"> {
    if (reviewers.length === 0) return {};
    const { ids } = new Reviewers(`${name}-reviewers`, { githubUrl, repository, logins: reviewers }, { parent: this });
    // An interrupted run leaves no numbers behind, whatever the type says.
    return { reviewers: [{ users: ids.apply((known: number[] | undefined) => known ?? []) }], preventSelfReview };
  }
}
