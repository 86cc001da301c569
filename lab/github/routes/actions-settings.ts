import { z } from "zod";
import { parseBody } from "../http/body";
import { conflict, unprocessable } from "../http/errors";
import { noContent, type GitHubRoute } from "../http/message";
import { rest } from "../http/rest";
import type { Services } from "../services";
import { actionsAllowed, imposedActions } from "../organization-policy";
import { hasEverything, isPublic } from "../plan";
import { fullName, repositoryUrl } from "../views/repository";

const base = "/repos/{owner}/{repo}/actions/permissions";
const oidc = "/repos/{owner}/{repo}/actions/oidc/customization/sub";

const permissions = z.object({
  enabled: z.boolean(),
  allowed_actions: z.enum(["all", "local_only", "selected"]).optional(),
  sha_pinning_required: z.boolean().optional(),
});
/** Body of both calls that set a list of allowed actions. */
export const selected = z.object({
  github_owned_allowed: z.boolean().optional(),
  verified_allowed: z.boolean().optional(),
  patterns_allowed: z.array(z.string()).optional(),
});
const workflow = z.object({
  default_workflow_permissions: z.enum(["read", "write"]).optional(),
  can_approve_pull_request_reviews: z.boolean().optional(),
});
const forkApproval = z.strictObject({
  approval_policy: z.enum([
    "first_time_contributors_new_to_github",
    "first_time_contributors",
    "all_external_contributors",
  ]),
});
const subject = z.object({
  use_default: z.boolean(),
  include_claim_keys: z.array(z.string()).nullish(),
  use_immutable_subject: z.boolean().optional(),
});

/**
 * Approval of forks' pull requests is a setting of public repositories; even reading it is refused elsewhere. The
 * answer is GitHub's (eclipse-csi/otterdog#635): its `errors` is a text, which clients leave out of their message.
 * @throws GitHubApiError 422
 */
function requirePublic(services: Services): void {
  if (isPublic(services)) return;
  throw unprocessable("Validation Failed", "Fork PR approval is not allowed for private repositories.");
}

/** What Actions may do in the repository, and the subject claim of its OIDC tokens. */
export function actionsSettingsRoutes(services: Services): GitHubRoute[] {
  const { seed, store } = services;
  const read = ["administration:read"] as const;
  const write = ["administration:write"] as const;
  /** With what the organization decides instead of the repository. */
  const settings = () => {
    const own = store.state.repository.actions;
    return { ...own, ...imposedActions(services), enabled: own.enabled && actionsAllowed(services) };
  };

  return [
    rest(`GET ${base}`, read, () => {
      const { enabled, allowedActions, shaPinningRequired } = settings();
      return {
        status: 200,
        body: {
          enabled,
          ...(enabled ? { allowed_actions: allowedActions } : {}),
          ...(enabled && allowedActions === "selected"
            ? { selected_actions_url: `${repositoryUrl(seed)}/actions/permissions/selected-actions` }
            : {}),
          sha_pinning_required: shaPinningRequired,
        },
      };
    }),
    rest(`PUT ${base}`, write, ({ body }) => {
      const wanted = parseBody(permissions, body);
      // "You cannot override them for the repository" (REST documentation). The 409 as seen in
      // integrations/terraform-provider-github#1558 and #2681.
      const imposed = imposedActions(services)?.allowedActions;
      const isRefused = imposed !== undefined && (wanted.allowed_actions ?? imposed) !== imposed;
      if (isRefused || (wanted.enabled && !actionsAllowed(services))) throw conflict("Conflict");
      store.change((state, emit) => {
        const { actions } = state.repository;
        actions.enabled = wanted.enabled;
        actions.allowedActions = wanted.allowed_actions ?? actions.allowedActions;
        actions.shaPinningRequired = wanted.sha_pinning_required ?? actions.shaPinningRequired;
        emit("actions-permissions.updated", { ...wanted });
      });
      return noContent;
    }),
    rest(`GET ${base}/selected-actions`, read, () => {
      if (settings().allowedActions !== "selected") {
        throw conflict("Conflict: the repository does not allow only selected actions.");
      }
      const { githubOwnedAllowed, verifiedAllowed, patternsAllowed } = settings().selected;
      return {
        status: 200,
        body: {
          github_owned_allowed: githubOwnedAllowed,
          verified_allowed: verifiedAllowed,
          patterns_allowed: hasEverything(services) ? patternsAllowed : [],
        },
      };
    }),
    rest(`PUT ${base}/selected-actions`, write, ({ body }) => {
      const wanted = parseBody(selected, body);
      if (imposedActions(services) !== undefined) throw conflict("Conflict");
      if (settings().allowedActions !== "selected") {
        throw conflict("Conflict: the repository does not allow only selected actions.");
      }
      store.change((state, emit) => {
        const known = state.repository.actions.selected;
        known.githubOwnedAllowed = wanted.github_owned_allowed ?? known.githubOwnedAllowed;
        known.verifiedAllowed = wanted.verified_allowed ?? known.verifiedAllowed;
        // "Only applies to public repositories", or to those of an enterprise (REST documentation): ignored elsewhere.
        if (hasEverything(services)) known.patternsAllowed = wanted.patterns_allowed ?? known.patternsAllowed;
        emit("selected-actions.updated", { ...wanted });
      });
      return noContent;
    }),
    rest(`GET ${base}/workflow`, read, () => ({
      status: 200,
      body: {
        default_workflow_permissions: settings().workflow.defaultPermissions,
        can_approve_pull_request_reviews: settings().workflow.canApprovePullRequestReviews,
      },
    })),
    rest(`PUT ${base}/workflow`, write, ({ body }) => {
      const wanted = parseBody(workflow, body);
      store.change((state, emit) => {
        const known = state.repository.actions.workflow;
        known.defaultPermissions = wanted.default_workflow_permissions ?? known.defaultPermissions;
        known.canApprovePullRequestReviews =
          wanted.can_approve_pull_request_reviews ?? known.canApprovePullRequestReviews;
        emit("workflow-permissions.updated", { ...wanted });
      });
      return noContent;
    }),
    rest(`GET ${base}/fork-pr-contributor-approval`, read, () => {
      requirePublic(services);
      return { status: 200, body: { approval_policy: settings().forkPullRequestApproval } };
    }),
    rest(`PUT ${base}/fork-pr-contributor-approval`, write, ({ body }) => {
      requirePublic(services);
      const { approval_policy: policy } = parseBody(forkApproval, body);
      store.change((state, emit) => {
        state.repository.actions.forkPullRequestApproval = policy;
        emit("fork-pr-approval.updated", { policy });
      });
      return noContent;
    }),
    rest(`GET ${oidc}`, ["actions:read"], () => {
      const { useDefault, includeClaimKeys, useImmutableSubject } = store.state.repository.oidcSubject;
      return {
        status: 200,
        body: {
          use_default: useDefault,
          ...(useDefault ? {} : { include_claim_keys: includeClaimKeys }),
          use_immutable_subject: useImmutableSubject,
          sub_claim_prefix: `repo:${fullName(seed)}`,
        },
      };
    }),
    rest(`PUT ${oidc}`, ["actions:write"], ({ body }) => {
      const wanted = parseBody(subject, body);
      const keys = wanted.include_claim_keys ?? [];
      if (!wanted.use_default && keys.length === 0) {
        throw unprocessable("Invalid request.\n\nAt least one claim key is required when use_default is false.");
      }
      if (keys.some((key) => !/^\w+$/.test(key))) {
        throw unprocessable("Invalid request.\n\nClaim keys can only contain alphanumeric characters and underscores.");
      }
      store.change((state, emit) => {
        state.repository.oidcSubject = {
          useDefault: wanted.use_default,
          includeClaimKeys: wanted.use_default ? [] : keys,
          useImmutableSubject: wanted.use_immutable_subject ?? state.repository.oidcSubject.useImmutableSubject,
        };
        emit("oidc-subject.updated", { useDefault: wanted.use_default, includeClaimKeys: keys });
      });
      return { status: 201, body: {} };
    }),
  ];
}
