import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import type { GitHubResourceOptions } from "./resource-options";
import type { RepositoryRulesArgs } from "./rules-args";
import { ForkApproval } from "../resources/fork-approval";
import { renderRuleset } from "./render-ruleset";

export type { RepositoryRulesArgs } from "./rules-args";

/** What holds for the whole repository: how code gets onto the default branch, and what Actions may do. */
export class RepositoryRules extends pulumi.ComponentResource {
  constructor(name: string, args: RepositoryRulesArgs, opts: GitHubResourceOptions) {
    const { github: provider, clearLeftovers, ...options } = opts;
    const shown = { ...args, secrets: Object.keys(args.secrets) };
    super("ghrunners:repository:RepositoryRules", name, shown, options);
    const [owner = "", repository = ""] = args.repository.split("/");
    const child = { parent: this, provider };
    const leftovers = { hooks: { beforeCreate: [clearLeftovers] } };

    new github.RepositoryRuleset(
      `${name}-default-branch`,
      { repository, ...renderRuleset(args) },
      { ...child, ...leftovers },
    );
    new github.ActionsRepositoryPermissions(
      `${name}-actions`,
      {
        repository,
        enabled: true,
        allowedActions: "selected",
        allowedActionsConfig: {
          githubOwnedAllowed: true,
          verifiedAllowed: false,
          // GitHub allows the owner's own anyway. Without any pattern the provider would send none, and the old ones would stay.
          patternsAlloweds: [`${owner}/*`, ...args.allowedActions],
        },
        shaPinningRequired: true,
      },
      child,
    );
    new github.WorkflowRepositoryPermissions(
      `${name}-token`,
      { repository, defaultWorkflowPermissions: "read", canApprovePullRequestReviews: false },
      child,
    );
    new ForkApproval(
      `${name}-forks`,
      { githubUrl: args.githubUrl, repository: args.repository, policy: "all_external_contributors" },
      { parent: this },
    );
    new github.ActionsRepositoryOidcSubjectClaimCustomizationTemplate(
      `${name}-oidc`,
      args.oidcClaims.length === 0
        ? { repository, useDefault: true }
        : { repository, useDefault: false, includeClaimKeys: [...args.oidcClaims] },
      child,
    );
    for (const [variableName, value] of Object.entries(args.variables)) {
      new github.ActionsVariable(
        `${name}-variable-${variableName}`,
        { repository, variableName, value },
        { ...child, ...leftovers },
      );
    }
    for (const [secretName, value] of Object.entries(args.secrets)) {
      new github.ActionsSecret(
        `${name}-secret-${secretName}`,
        { repository, secretName, value: pulumi.secret(value) },
        // Under one name: the old one's delete would take the new one away.
        { ...child, deleteBeforeReplace: true },
      );
    }
    this.registerOutputs();
  }
}
