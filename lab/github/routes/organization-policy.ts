import { z } from "zod";
import { parseBody } from "../http/body";
import { conflict } from "../http/errors";
import { noContent, type GitHubRoute } from "../http/message";
import { paginate } from "../http/pagination";
import { rest } from "../http/rest";
import type { OrganizationPolicyState } from "../model";
import { policyOf } from "../organization-policy";
import type { Services } from "../services";
import { apiUrl } from "../views/accounts";
import { listedRepository } from "../views/repository";
import { selected } from "./actions-settings";

const base = "/orgs/{org}/actions/permissions";
const read = ["organization_administration:read"] as const;
const write = ["organization_administration:write"] as const;

const enabledFor = z.enum(["all", "none", "selected"]);
const permissions = z.object({
  enabled_repositories: enabledFor,
  allowed_actions: z.enum(["all", "local_only", "selected"]).optional(),
  sha_pinning_required: z.boolean().optional(),
});
const runners = z.object({ enabled_repositories: enabledFor });
const repositories = z.object({ selected_repository_ids: z.array(z.number().int()) });

/** Which repositories of the organization may use Actions, which actions, and which may have runners of their own. */
export function organizationPolicyRoutes(services: Services): GitHubRoute[] {
  const { seed, store } = services;
  const url = `${apiUrl(seed)}/orgs/${seed.owner.login}/actions/permissions`;
  const policy = (): OrganizationPolicyState => policyOf(services);
  const change = (change: (policy: OrganizationPolicyState) => void): typeof noContent => {
    store.change((state, emit) => {
      const changed = policy();
      change(changed);
      state.organizationPolicy = changed;
      emit("organization-policy.updated", { ...changed });
    });
    return noContent;
  };
  /** The calls about repositories and actions exist only where some are selected. */
  const require = (isSelected: boolean): void => {
    if (!isSelected) throw conflict("Conflict");
  };
  const listed = (of: "actions" | "runners", request: Parameters<typeof paginate>[1]) => {
    require(policy()[of].enabledFor === "selected");
    const isListed = policy()[of].repositories.includes(seed.repository.id);
    const page = paginate(isListed ? [listedRepository(seed, store.state.createdAt)] : [], request, seed.publicUrl);
    return {
      status: 200 as const,
      headers: page.headers,
      body: { total_count: page.total, repositories: [...page.items] },
    };
  };
  const select = (of: "actions" | "runners", body: unknown) => {
    const wanted = parseBody(repositories, body).selected_repository_ids;
    require(policy()[of].enabledFor === "selected");
    return change((changed) => (changed[of].repositories = wanted));
  };
  return [
    rest(`GET ${base}`, read, () => {
      const { actions, allowedActions, shaPinningRequired } = policy();
      return {
        status: 200,
        body: {
          enabled_repositories: actions.enabledFor,
          ...(actions.enabledFor === "selected" ? { selected_repositories_url: `${url}/repositories` } : {}),
          ...(actions.enabledFor === "none" ? {} : { allowed_actions: allowedActions }),
          ...(actions.enabledFor !== "none" && allowedActions === "selected"
            ? { selected_actions_url: `${url}/selected-actions` }
            : {}),
          sha_pinning_required: shaPinningRequired,
        },
      };
    }),
    rest(`PUT ${base}`, write, ({ body }) => {
      const wanted = parseBody(permissions, body);
      return change((changed) => {
        changed.actions.enabledFor = wanted.enabled_repositories;
        changed.allowedActions = wanted.allowed_actions ?? changed.allowedActions;
        changed.shaPinningRequired = wanted.sha_pinning_required ?? changed.shaPinningRequired;
      });
    }),
    rest(`GET ${base}/repositories`, read, (request) => listed("actions", request)),
    rest(`PUT ${base}/repositories`, write, ({ body }) => select("actions", body)),
    rest(`GET ${base}/selected-actions`, read, () => {
      require(policy().allowedActions === "selected");
      const { githubOwnedAllowed, verifiedAllowed, patternsAllowed } = policy().selected;
      return {
        status: 200,
        body: {
          github_owned_allowed: githubOwnedAllowed,
          verified_allowed: verifiedAllowed,
          patterns_allowed: patternsAllowed,
        },
      };
    }),
    rest(`PUT ${base}/selected-actions`, write, ({ body }) => {
      const wanted = parseBody(selected, body);
      require(policy().allowedActions === "selected");
      return change(({ selected: known }) => {
        known.githubOwnedAllowed = wanted.github_owned_allowed ?? known.githubOwnedAllowed;
        known.verifiedAllowed = wanted.verified_allowed ?? known.verifiedAllowed;
        known.patternsAllowed = wanted.patterns_allowed ?? known.patternsAllowed;
      });
    }),
    rest(`GET ${base}/self-hosted-runners`, read, () => {
      const isOff = services.faults.active("repository-runners-disabled") !== undefined;
      const which = isOff ? "none" : policy().runners.enabledFor;
      return {
        status: 200,
        body: {
          enabled_repositories: which,
          ...(which === "selected" ? { selected_repositories_url: `${url}/self-hosted-runners/repositories` } : {}),
        },
      };
    }),
    rest(`PUT ${base}/self-hosted-runners`, write, ({ body }) => {
      const { enabled_repositories: which } = parseBody(runners, body);
      return change((changed) => (changed.runners.enabledFor = which));
    }),
    rest(`GET ${base}/self-hosted-runners/repositories`, read, (request) => listed("runners", request)),
    rest(`PUT ${base}/self-hosted-runners/repositories`, write, ({ body }) => select("runners", body)),
  ];
}
