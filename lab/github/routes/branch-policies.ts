import { z } from "zod";
import { parseBody } from "../http/body";
import { notFound } from "../http/errors";
import { noContent, type GitHubRoute } from "../http/message";
import { paginate } from "../http/pagination";
import { alsoById, rest } from "../http/rest";
import type { StoredEnvironment } from "../model";
import type { Services } from "../services";
import { nodeId } from "../views/accounts";
import { requireEnvironment } from "./environments";

const base = "/repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies";

type BranchPolicy = StoredEnvironment["branchPolicies"][number];

const created = z.object({ name: z.string().min(1), type: z.enum(["branch", "tag"]).default("branch") });
const changed = z.object({ name: z.string().min(1) });

const view = ({ id, name, type }: BranchPolicy) => ({ id, node_id: nodeId("GateBranchPolicy", id), name, type });

/** Which branches and tags may deploy to an environment. Only with custom policies on; else 404, as at GitHub. */
export function branchPolicyRoutes(services: Services): GitHubRoute[] {
  const { seed, store } = services;
  const read = ["actions:read"] as const;
  const write = ["administration:write"] as const;

  const withCustomPolicies = (name: string): StoredEnvironment => {
    const environment = requireEnvironment(services, name);
    if (environment.deploymentBranchPolicy?.customBranchPolicies !== true) throw notFound();
    return environment;
  };
  const find = (environment: string, id: string): BranchPolicy => {
    const policy = requireEnvironment(services, environment).branchPolicies.find((known) => String(known.id) === id);
    if (policy === undefined) throw notFound();
    return policy;
  };

  return alsoById([
    rest(`GET ${base}`, read, (request) => {
      const all = requireEnvironment(services, request.params.environment_name).branchPolicies;
      const page = paginate(all, request, seed.publicUrl);
      const body = { total_count: page.total, branch_policies: page.items.map(view) };
      return { status: 200, headers: page.headers, body };
    }),
    rest(`POST ${base}`, write, ({ params, body }) => {
      const { name, type } = parseBody(created, body);
      const same = withCustomPolicies(params.environment_name).branchPolicies.find(
        (known) => known.name === name && known.type === type,
      );
      // GitHub points to the one that is there.
      if (same !== undefined) return { status: 303, body: undefined };
      return store.change((_state, emit) => {
        const environment = withCustomPolicies(params.environment_name);
        const policy: BranchPolicy = { id: store.nextId(), name, type };
        environment.branchPolicies.push(policy);
        emit("branch-policy.created", { environment: environment.name, name, type });
        return { status: 200, body: view(policy) };
      });
    }),
    rest(`GET ${base}/{branch_policy_id}`, read, ({ params }) => ({
      status: 200,
      body: view(find(params.environment_name, params.branch_policy_id)),
    })),
    rest(`PUT ${base}/{branch_policy_id}`, write, ({ params, body }) => {
      const { name } = parseBody(changed, body);
      return store.change((_state, emit) => {
        const policy = find(params.environment_name, params.branch_policy_id);
        policy.name = name;
        emit("branch-policy.updated", { environment: params.environment_name, name });
        return { status: 200, body: view(policy) };
      });
    }),
    rest(`DELETE ${base}/{branch_policy_id}`, write, ({ params }) => {
      store.change((_state, emit) => {
        const { id, name } = find(params.environment_name, params.branch_policy_id);
        const environment = requireEnvironment(services, params.environment_name);
        environment.branchPolicies = environment.branchPolicies.filter((known) => known.id !== id);
        emit("branch-policy.deleted", { environment: environment.name, name });
      });
      return noContent;
    }),
  ]);
}
