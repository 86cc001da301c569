import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { MAXIMUM_REVIEWERS, MAXIMUM_WAIT_MINUTES } from "@ghrunners/core/github/protection";
import { repositoryName } from "@ghrunners/core/github/repository";
import { type ArgumentProblem, forms, problemsOf, refuseArguments, wholeNumber } from "../arguments";
import { Reviewers } from "../resources/reviewers";
import { defaults } from "../runner/defaults";
import type { GitHubArgs } from "../runner/settings";
import { leftoversHook } from "./provider";

/** Arguments of {@link DeploymentEnvironment}. The provider is `opts.provider`, a `github.Provider`. */
export interface DeploymentEnvironmentArgs {
  /**
   * GitHub, and the repository that has the environment.
   * @example { repository: "octo-org/demo-app", token: config.requireSecret("githubToken") }
   */
  readonly github: GitHubArgs;
  /**
   * Name of the environment, as in a job's `environment:`. Plain: policies use it at preview.
   * @example "production"
   */
  readonly environment: string;
  /**
   * Logins of the reviewers, of whom one must approve each deployment; at most 6. Plain: whether there are any
   * determines a resource.
   * @default []: no approval is needed
   * @example ["octocat"]
   */
  readonly reviewers?: readonly string[];
  /**
   * Wait timer: time before each deployment, minutes, 0 to 43,200.
   * @default 0
   */
  readonly waitMinutes?: pulumi.Input<number>;
  /**
   * The person who started a deployment may not approve it. Has no effect without reviewers.
   * @default true
   */
  readonly preventSelfReview?: pulumi.Input<boolean>;
  /**
   * Administrators may skip reviewers and the wait timer. Has no effect without either.
   * @default false
   */
  readonly adminsCanBypass?: pulumi.Input<boolean>;
  /**
   * Patterns of branches that may deploy; at least one branch or tag. Plain: each one is a resource.
   * @default []
   * @example ["main"]
   */
  readonly branches?: readonly string[];
  /**
   * Patterns of tags that may deploy. Plain: each one is a resource.
   * @default []
   * @example ["v*"]
   */
  readonly tags?: readonly string[];
  /**
   * Variables of the environment by name, upper case. The names are plain: each one is a resource.
   * @default {}
   */
  readonly variables?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Secrets of the environment by name, upper case. The program encrypts them with the environment's public key before
   * it sends them. The names are plain: each one is a resource.
   * @default {}
   */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Refuse to delete the environment with its secrets. Plain: Pulumi's option `protect`.
   * @default false
   */
  readonly protect?: boolean;
}

function argumentProblems(args: DeploymentEnvironmentArgs): ArgumentProblem[] {
  const { github: access, environment, reviewers = [], waitMinutes, branches = [], tags = [] } = args;
  const none = { path: "branches", seen: "neither branches nor tags", allowed: "at least one of them, else every ref" };
  const many = {
    path: "reviewers",
    seen: `${reviewers.length} logins`,
    allowed: `at most ${MAXIMUM_REVIEWERS}, GitHub's limit`,
  };
  return [
    ...problemsOf({
      "github.url?": [access.url, forms.httpsUrl],
      "github.repository": [access.repository, forms.repository],
      "github.token": [access.token, forms.filled],
      environment: [environment, forms.filled],
      "waitMinutes?": [waitMinutes, wholeNumber(0, MAXIMUM_WAIT_MINUTES)],
    }),
    ...namesOf(args),
    ...(branches.length + tags.length === 0 ? [none] : []),
    ...(reviewers.length > MAXIMUM_REVIEWERS ? [many] : []),
  ];
}

/** Checks the names of variables and secrets, which have the same form. */
export function namesOf({
  variables = {},
  secrets = {},
}: Pick<DeploymentEnvironmentArgs, "variables" | "secrets">): ArgumentProblem[] {
  const groupProblems = (group: string, named: object): ArgumentProblem[] =>
    Object.keys(named).flatMap((name) => problemsOf({ [`${group}["${name}"]`]: [name, forms.variableName] }));
  return [...groupProblems("variables", variables), ...groupProblems("secrets", secrets)];
}

/** A GitHub environment with its protection, its variables and its secrets. */
export class DeploymentEnvironment extends pulumi.ComponentResource {
  /** Name, known when the environment is complete. */
  readonly environment: pulumi.Output<string>;

  constructor(name: string, args: DeploymentEnvironmentArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { github: access, reviewers = [], waitMinutes = 0, preventSelfReview = true, adminsCanBypass = false } = args;
    const { branches = [], tags = [], variables = {}, secrets = {}, protect = false } = args;
    const shown = {
      ...{ githubUrl: access.url ?? defaults.githubUrl, repository: access.repository, environment: args.environment },
      ...{ reviewers, waitMinutes, preventSelfReview, adminsCanBypass, branches, tags, variables, protect },
      secrets: Object.keys(secrets),
    };
    super("ghrunners:deployment:DeploymentEnvironment", name, shown, opts);
    refuseArguments(this, name, argumentProblems(args));
    const repository = pulumi.output(access.repository).apply((fullName) => repositoryName(fullName).repo);
    const child = { parent: this };
    const leftovers = { hooks: { beforeCreate: [leftoversHook(name, access)] } };

    const { environment } = new github.RepositoryEnvironment(
      `${name}-environment`,
      {
        repository,
        environment: args.environment,
        waitTimer: waitMinutes,
        // With neither reviewers nor a pause there is nothing to bypass. Without GitHub Enterprise, GitHub would refuse
        // to change its default.
        ...(reviewers.length > 0 || waitMinutes !== 0 ? { canAdminsBypass: adminsCanBypass } : {}),
        ...this.review(name, access, reviewers, preventSelfReview),
        // Patterns, one resource each. GitHub's "protected branches" would allow every branch if none is protected.
        deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
      },
      { ...child, protect },
    );
    const of = { repository, environment };
    for (const branchPattern of branches) {
      new github.RepositoryEnvironmentDeploymentPolicy(
        `${name}-branch-${branchPattern}`,
        { ...of, branchPattern },
        { ...child, ...leftovers },
      );
    }
    for (const tagPattern of tags) {
      new github.RepositoryEnvironmentDeploymentPolicy(
        `${name}-tag-${tagPattern}`,
        { ...of, tagPattern },
        { ...child, ...leftovers },
      );
    }
    for (const [variableName, value] of Object.entries(variables)) {
      new github.ActionsEnvironmentVariable(
        `${name}-variable-${variableName}`,
        { ...of, variableName, value },
        { ...child, ...leftovers },
      );
    }
    for (const [secretName, value] of Object.entries(secrets)) {
      new github.ActionsEnvironmentSecret(
        `${name}-secret-${secretName}`,
        { ...of, secretName, value: pulumi.secret(value) },
        // Both have the same name: deleting the old one afterwards would remove the new one.
        { ...child, deleteBeforeReplace: true },
      );
    }
    this.environment = environment;
    this.registerOutputs({ environment: this.environment });
  }

  /** Without reviewers GitHub stores no review rule, so self-review would show up as a difference. */
  private review(
    name: string,
    { url, repository }: GitHubArgs,
    reviewers: readonly string[],
    preventSelfReview: pulumi.Input<boolean>,
  ): Pick<github.RepositoryEnvironmentArgs, "reviewers" | "preventSelfReview"> {
    if (reviewers.length === 0) return {};
    const inputs = { githubUrl: url ?? defaults.githubUrl, repository, logins: [...reviewers] };
    const { ids } = new Reviewers(`${name}-reviewers`, inputs, { parent: this });
    // After an interrupted run there may be no ids, whatever the type says.
    return { reviewers: [{ users: ids.apply((known: number[] | undefined) => known ?? []) }], preventSelfReview };
  }
}
