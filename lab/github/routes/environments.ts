import { z } from "zod";
import { parseBody } from "../http/body";
import { notFound, unprocessable } from "../http/errors";
import { noContent, type GitHubRoute } from "../http/message";
import { paginate } from "../http/pagination";
import { alsoById, rest } from "../http/rest";
import type { StoredEnvironment, Reviewer } from "../model";
import { sameScope } from "../sealed-secrets";
import { requireProtectionInPlan } from "../plan";
import type { Services } from "../services";
import { accounts } from "../views/accounts";
import { environmentView } from "../views/environments";

const base = "/repos/{owner}/{repo}/environments";

// The provider sends can_admins_bypass, which GitHub takes although its description does not have it.
const settings = z.object({
  wait_timer: z.number().int().min(0).max(43_200).nullish(),
  prevent_self_review: z.boolean().nullish(),
  can_admins_bypass: z.boolean().nullish(),
  reviewers: z.array(z.object({ type: z.enum(["User", "Team"]), id: z.number().int() })).nullish(),
  deployment_branch_policy: z
    .object({ protected_branches: z.boolean(), custom_branch_policies: z.boolean() })
    .nullish(),
});

export const findEnvironment = ({ store }: Services, name: string): StoredEnvironment | undefined =>
  store.state.environments.find((known) => sameScope(known.name, name));

/** @throws GitHubApiError 404 */
export function requireEnvironment(services: Services, name: string): StoredEnvironment {
  const environment = findEnvironment(services, name);
  if (environment === undefined) throw notFound();
  return environment;
}

/** @throws GitHubApiError 422 for more than six, for teams (the owner has none) and for unknown accounts */
function checkReviewers({ seed }: Services, reviewers: readonly Reviewer[]): void {
  if (reviewers.length > 6) throw unprocessable("Validation Failed", ["Reviewers can't be more than 6"]);
  for (const { type, id } of reviewers) {
    const known = type === "User" && accounts(seed).some((account) => account.id === id && account.type === "User");
    if (!known)
      throw unprocessable("Validation Failed", [`Reviewer ${type} ${id} could not be found or has no access`]);
  }
}

function createEnvironment(services: Services, name: string): StoredEnvironment {
  const { store } = services;
  const now = store.now();
  return store.change((state, emit) => {
    const environment: StoredEnvironment = {
      id: store.nextId(),
      name,
      createdAt: now,
      updatedAt: now,
      ruleIds: { waitTimer: store.nextId(), requiredReviewers: store.nextId(), branchPolicy: store.nextId() },
      waitTimer: 0,
      reviewers: [],
      preventSelfReview: false,
      canAdminsBypass: true,
      deploymentBranchPolicy: null,
      branchPolicies: [],
    };
    state.environments.push(environment);
    emit("environment.created", { name });
    return environment;
  });
}

/** Deployment environments. A PUT sets everything: what it leaves out goes back to the default, as at GitHub. */
export function environmentRoutes(services: Services): GitHubRoute[] {
  const { seed, store } = services;
  const read = ["actions:read"] as const;
  const write = ["administration:write"] as const;
  return alsoById([
    rest(`GET ${base}`, read, (request) => {
      const page = paginate(store.state.environments, request, seed.publicUrl);
      const environments = page.items.map((environment) => environmentView(seed, environment));
      return { status: 200, headers: page.headers, body: { total_count: page.total, environments } };
    }),
    rest(`GET ${base}/{environment_name}`, read, ({ params }) => ({
      status: 200,
      body: environmentView(seed, requireEnvironment(services, params.environment_name)),
    })),
    rest(`PUT ${base}/{environment_name}`, write, ({ params, body }) => {
      const name = params.environment_name;
      if (name.length > 255) throw unprocessable("Validation Failed", ["Name is too long (maximum is 255 characters)"]);
      const wanted = parseBody(settings, body);
      const policy = wanted.deployment_branch_policy ?? null;
      if (policy !== null && policy.protected_branches === policy.custom_branch_policies) {
        throw unprocessable("Validation Failed", [
          "`protected_branches` and `custom_branch_policies` cannot have the same value",
        ]);
      }
      checkReviewers(services, wanted.reviewers ?? []);
      requireProtectionInPlan(services, {
        names: [
          ...(wanted.reviewers === undefined ? [] : ["reviewers" as const]),
          ...(wanted.wait_timer === undefined ? [] : ["waitTimer" as const]),
          ...(wanted.prevent_self_review === undefined ? [] : ["preventSelfReview" as const]),
        ],
      });
      store.change((_state, emit) => {
        const environment = findEnvironment(services, name) ?? createEnvironment(services, name);
        environment.waitTimer = wanted.wait_timer ?? 0;
        environment.reviewers = wanted.reviewers ?? [];
        environment.preventSelfReview = wanted.prevent_self_review ?? false;
        environment.canAdminsBypass = wanted.can_admins_bypass ?? true;
        environment.deploymentBranchPolicy = policy && {
          protectedBranches: policy.protected_branches,
          customBranchPolicies: policy.custom_branch_policies,
        };
        if (policy?.custom_branch_policies !== true) environment.branchPolicies = [];
        environment.updatedAt = store.now();
        emit("environment.updated", { name: environment.name });
      });
      return { status: 200, body: environmentView(seed, requireEnvironment(services, name)) };
    }),
    rest(`DELETE ${base}/{environment_name}`, write, ({ params }) => {
      const { name } = requireEnvironment(services, params.environment_name);
      store.change((state, emit) => {
        state.environments = state.environments.filter((known) => known.name !== name);
        state.secrets = state.secrets.filter(({ scope }) => !sameScope(scope, name));
        state.variables = state.variables.filter(({ scope }) => !sameScope(scope, name));
        state.keyPairs = state.keyPairs.filter(({ scope }) => !sameScope(scope, name));
        emit("environment.deleted", { name });
      });
      return noContent;
    }),
  ]);
}
