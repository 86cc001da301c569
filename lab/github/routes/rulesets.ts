import type { components } from "@octokit/openapi-types";
import { z } from "zod";
import { parseBody } from "../http/body";
import { notFound, unprocessable } from "../http/errors";
import { noContent, type GitHubRoute } from "../http/message";
import { paginate } from "../http/pagination";
import { rest } from "../http/rest";
import type { Ruleset } from "../model";
import { requireRulesetsInPlan } from "../plan";
import type { Services } from "../services";
import { nodeId } from "../views/accounts";
import { fullName, repositoryPage, repositoryUrl } from "../views/repository";

const base = "/repos/{owner}/{repo}/rulesets";

const refs = z.object({ include: z.array(z.string()), exclude: z.array(z.string()) });
const fields = z.object({
  name: z.string().min(1),
  target: z.enum(["branch", "tag", "push"]).default("branch"),
  enforcement: z.enum(["disabled", "active", "evaluate"]),
  bypass_actors: z
    .array(
      z.object({
        actor_id: z.number().int().nullish(),
        actor_type: z.enum(["Integration", "OrganizationAdmin", "RepositoryRole", "Team", "DeployKey"]),
        bypass_mode: z.enum(["always", "pull_request", "exempt"]).default("always"),
      }),
    )
    .nullish(),
  conditions: z.object({ ref_name: refs.optional() }).nullish(),
  rules: z.array(z.object({ type: z.string(), parameters: z.record(z.string(), z.unknown()).nullish() })).nullish(),
});

const ruleTypes = new Set([
  "creation",
  "update",
  "deletion",
  "required_linear_history",
  "merge_queue",
  "required_deployments",
  "required_signatures",
  "pull_request",
  "required_status_checks",
  "non_fast_forward",
  "commit_message_pattern",
  "commit_author_email_pattern",
  "committer_email_pattern",
  "branch_name_pattern",
  "tag_name_pattern",
  "workflows",
  "code_scanning",
  "copilot_code_review",
]);

/** Rules are kept and given back; nothing pushes to the emulator, so none is ever applied. */
export function rulesetRoutes(services: Services): GitHubRoute[] {
  const { seed, store } = services;
  const read = ["metadata:read"] as const;
  const write = ["administration:write"] as const;

  const find = (id: string): Ruleset => {
    const ruleset = store.state.rulesets.find((known) => String(known.id) === id);
    if (ruleset === undefined) throw notFound();
    return ruleset;
  };
  const checked = (body: unknown, own?: number): Omit<Ruleset, "id" | "createdAt" | "updatedAt"> => {
    requireRulesetsInPlan(services);
    const wanted = parseBody(fields, body);
    const unknown = wanted.rules?.find(({ type }) => !ruleTypes.has(type));
    if (unknown !== undefined) throw unprocessable("Validation Failed", [`Invalid rule '${unknown.type}'`]);
    if (store.state.rulesets.some((other) => other.id !== own && other.name === wanted.name)) {
      throw unprocessable("Validation Failed", ["Name must be unique"]);
    }
    return {
      name: wanted.name,
      target: wanted.target,
      enforcement: wanted.enforcement,
      bypassActors: wanted.bypass_actors ?? [],
      conditions: wanted.conditions ?? {},
      rules: (wanted.rules ?? []).map(({ type, parameters }) => (parameters ? { type, parameters } : { type })),
    };
  };
  const short = (ruleset: Ruleset) => ({
    id: ruleset.id,
    node_id: nodeId("RepositoryRuleset", ruleset.id),
    name: ruleset.name,
    target: ruleset.target,
    source_type: "Repository" as const,
    source: fullName(seed),
    enforcement: ruleset.enforcement,
    created_at: ruleset.createdAt,
    updated_at: ruleset.updatedAt,
    _links: {
      self: { href: `${repositoryUrl(seed)}/rulesets/${ruleset.id}` },
      html: { href: `${repositoryPage(seed)}/rules/${ruleset.id}` },
    },
  });
  const full = (ruleset: Ruleset) =>
    ({
      ...short(ruleset),
      bypass_actors: ruleset.bypassActors,
      current_user_can_bypass: "never",
      conditions: ruleset.conditions,
      rules: ruleset.rules,
    }) as components["schemas"]["repository-ruleset"];

  return [
    rest(`GET ${base}`, read, (request) => {
      const page = paginate(store.state.rulesets, request, seed.publicUrl);
      return { status: 200, headers: page.headers, body: page.items.map(short) };
    }),
    rest(`POST ${base}`, write, ({ body }) => {
      const wanted = checked(body);
      const ruleset = store.change((state, emit) => {
        const now = store.now();
        const made: Ruleset = { id: store.nextId(), ...wanted, createdAt: now, updatedAt: now };
        state.rulesets.push(made);
        emit("ruleset.created", { rulesetId: made.id, name: made.name });
        return made;
      });
      return { status: 201, body: full(ruleset) };
    }),
    rest(`GET ${base}/{ruleset_id}`, read, ({ params }) => ({ status: 200, body: full(find(params.ruleset_id)) })),
    rest(`PUT ${base}/{ruleset_id}`, write, ({ params, body }) => {
      const { id, name, target, enforcement, bypassActors, conditions, rules } = find(params.ruleset_id);
      const known = { name, target, enforcement, bypass_actors: bypassActors, conditions, rules };
      const wanted = checked({ ...known, ...(body as object | undefined) }, id);
      store.change((_state, emit) => {
        const ruleset = Object.assign(find(params.ruleset_id), wanted, { updatedAt: store.now() });
        emit("ruleset.updated", { rulesetId: ruleset.id, name: ruleset.name });
      });
      return { status: 200, body: full(find(params.ruleset_id)) };
    }),
    rest(`DELETE ${base}/{ruleset_id}`, write, ({ params }) => {
      const { id, name } = find(params.ruleset_id);
      store.change((state, emit) => {
        state.rulesets = state.rulesets.filter((ruleset) => ruleset.id !== id);
        emit("ruleset.deleted", { rulesetId: id, name });
      });
      return noContent;
    }),
  ];
}
