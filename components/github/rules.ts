import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { repositoryName } from "@ghrunners/core/github/repository";
import { forms, problemsOf, refuseArguments, wholeNumber } from "../arguments";
import { ForkApproval } from "../resources/fork-approval";
import { defaults } from "../runner/defaults";
import type { GitHubArgs } from "../runner/settings";
import { namesOf } from "./environment";
import { renderRules, rulesetFrame } from "./render-ruleset";
import { leftoversHook } from "./provider";
import { BASELINE } from "./baseline";

/** Arguments of {@link RepositoryRules}. The provider is `opts.provider`, a `github.Provider`. */
export interface RepositoryRulesArgs {
  /**
   * GitHub, and the repository. Exactly one program or stack manages its rules.
   * @example { repository: "octo-org/demo-app", token: config.requireSecret("githubToken") }
   */
  readonly github: GitHubArgs;
  /**
   * Approvals that a pull request into the default branch needs, 0 to 10.
   * @default 1
   */
  readonly requiredApprovals?: pulumi.Input<number>;
  /**
   * Changes of files in CODEOWNERS need the owner's approval.
   * @default true
   */
  readonly codeOwners?: pulumi.Input<boolean>;
  /**
   * Names of checks that must succeed before a merge.
   * @default []
   * @example ["test"]
   */
  readonly requiredChecks?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Patterns of actions that may run in addition to those of GitHub and of the owner; all others are refused. A private
   * repository has such a list only with GitHub Enterprise. Plain: whether there is a list determines the request.
   * @default undefined: every action may run, pinned by its commit
   * @example ["pulumi/actions@*"]
   */
  readonly allowedActions?: readonly pulumi.Input<string>[];
  /**
   * Claims that make up the subject of Actions' OIDC tokens. Plain: whether there are any determines the template.
   * @default []: GitHub's own subject
   * @example ["repo", "context"]
   */
  readonly oidcClaims?: readonly string[];
  /**
   * Variables of the repository by name, upper case. The names are plain: each one is a resource.
   * @default {}
   */
  readonly variables?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Secrets by name that every workflow of the repository can read. The names are plain: each one is a resource.
   * @default {}
   */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** Rules of the whole repository: how code gets onto the default branch, and what GitHub Actions may do. */
export class RepositoryRules extends pulumi.ComponentResource {
  constructor(name: string, args: RepositoryRulesArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { github: access, requiredApprovals = 1, codeOwners = true, requiredChecks = [], allowedActions } = args;
    const { oidcClaims = [], variables = {}, secrets = {} } = args;
    const { repository: fullName, url: githubUrl = defaults.githubUrl } = access;
    const shown = {
      ...{ githubUrl, repository: fullName, requiredApprovals, codeOwners, requiredChecks, allowedActions },
      ...{ oidcClaims, variables, secrets: Object.keys(secrets) },
    };
    super("ghrunners:repository:RepositoryRules", name, shown, opts);
    refuseArguments(this, name, [
      ...problemsOf({
        "github.url?": [access.url, forms.httpsUrl],
        "github.repository": [fullName, forms.repository],
        "github.token": [access.token, forms.filled],
        "requiredApprovals?": [requiredApprovals, wholeNumber(0, 10)],
      }),
      ...namesOf(args),
    ]);
    const repository = pulumi.output(fullName).apply((text) => repositoryName(text).repo);
    const patterns = pulumi
      .all([fullName, allowedActions ?? []])
      // GitHub always allows the owner's own actions. Without this pattern, an empty list would not be sent and the old
      // patterns would stay.
      .apply(([text, allowed]) => [`${repositoryName(text).owner}/*`, ...allowed]);
    const selection =
      allowedActions === undefined
        ? { allowedActions: "all" }
        : {
            allowedActions: "selected",
            allowedActionsConfig: { githubOwnedAllowed: true, verifiedAllowed: false, patternsAlloweds: patterns },
          };
    const child = { parent: this };
    const leftovers = { hooks: { beforeCreate: [leftoversHook(name, access)] } };

    new github.RepositoryRuleset(
      `${name}-default-branch`,
      {
        repository,
        ...rulesetFrame,
        rules: pulumi.output({ requiredApprovals, codeOwners, requiredChecks }).apply(renderRules),
      },
      { ...child, ...leftovers },
    );
    new github.ActionsRepositoryPermissions(
      `${name}-actions`,
      {
        repository,
        enabled: true,
        ...selection,
        shaPinningRequired: BASELINE.shaPinningRequired,
      },
      child,
    );
    new github.WorkflowRepositoryPermissions(
      `${name}-token`,
      {
        repository,
        defaultWorkflowPermissions: BASELINE.defaultWorkflowPermissions,
        canApprovePullRequestReviews: BASELINE.canApprovePullRequestReviews,
      },
      child,
    );
    new ForkApproval(
      `${name}-forks`,
      { githubUrl, repository: fullName, policy: "all_external_contributors" },
      { parent: this },
    );
    new github.ActionsRepositoryOidcSubjectClaimCustomizationTemplate(
      `${name}-oidc`,
      oidcClaims.length === 0
        ? { repository, useDefault: true }
        : { repository, useDefault: false, includeClaimKeys: [...oidcClaims] },
      child,
    );
    for (const [variableName, value] of Object.entries(variables)) {
      new github.ActionsVariable(
        `${name}-variable-${variableName}`,
        { repository, variableName, value },
        { ...child, ...leftovers },
      );
    }
    for (const [secretName, value] of Object.entries(secrets)) {
      new github.ActionsSecret(
        `${name}-secret-${secretName}`,
        { repository, secretName, value: pulumi.secret(value) },
        // Both have the same name: deleting the old one afterwards would remove the new one.
        { ...child, deleteBeforeReplace: true },
      );
    }
    this.registerOutputs();
  }
}
