import { z } from "zod";
import { parseBody } from "../http/body";
import { conflict, notFound, unprocessable } from "../http/errors";
import { type ApiRequest, noContent, type GitHubReply, type GitHubRoute } from "../http/message";
import { paginate } from "../http/pagination";
import { alsoById, rest } from "../http/rest";
import type { SecretScope, Variable } from "../model";
import { sameName, sameScope } from "../sealed-secrets";
import type { Services } from "../services";
import { requireEnvironment } from "./environments";

/** GitHub's rule for names of secrets and variables. @throws GitHubApiError 422 */
export function requireName(kind: "Secret" | "Variable", name: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw unprocessable(
      `${kind} names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_).`,
    );
  }
  if (/^GITHUB_/i.test(name)) throw unprocessable(`${kind} names must not start with GITHUB_.`);
}

const value = z.string().max(48 * 1024);
const created = z.object({ name: z.string().min(1), value });
const changed = z.object({ name: z.string().min(1).optional(), value: value.optional() });

const view = ({ name, value: text, createdAt, updatedAt }: Variable) => ({
  name,
  value: text,
  created_at: createdAt,
  updated_at: updatedAt,
});

/** Source: GitHub's OpenAPI description, parameter `variables-per-page`. */
const variablesPage = { usual: 10, most: 30 };

/** The handlers for one scope; the scope comes from the path. */
function handlers({ seed, store }: Services, scopeOf: (params: Readonly<Record<string, string>>) => SecretScope) {
  type Request = ApiRequest<Readonly<Record<string, string>>>;
  const within = (scope: SecretScope): Variable[] =>
    store.state.variables.filter((known) => sameScope(known.scope, scope));
  const find = (request: Request): Variable => {
    const found = within(scopeOf(request.params)).find(({ name }) => sameName(name, request.params.name ?? ""));
    if (found === undefined) throw notFound();
    return found;
  };
  return {
    list: (request: Request) => {
      const page = paginate(within(scopeOf(request.params)), request, seed.publicUrl, variablesPage);
      const body = { total_count: page.total, variables: page.items.map(view) };
      return { status: 200 as const, headers: page.headers, body };
    },
    get: (request: Request) => ({ status: 200 as const, body: view(find(request)) }),
    create: (request: Request): GitHubReply<201, Record<string, never>> => {
      const scope = scopeOf(request.params);
      const { name, value: text } = parseBody(created, request.body);
      requireName("Variable", name);
      if (within(scope).some((known) => sameName(known.name, name))) {
        throw conflict("Already exists - Variable already exists");
      }
      const now = store.now();
      store.change((state, emit) => {
        state.variables.push({ scope, name: name.toUpperCase(), value: text, createdAt: now, updatedAt: now });
        emit("variable.created", { environment: scope, name: name.toUpperCase() });
      });
      return { status: 201, body: {} };
    },
    update: (request: Request) => {
      const { name, value: text } = parseBody(changed, request.body);
      if (name !== undefined) requireName("Variable", name);
      find(request);
      store.change((_state, emit) => {
        const variable = find(request);
        emit("variable.updated", { environment: variable.scope, name: variable.name });
        variable.name = name?.toUpperCase() ?? variable.name;
        variable.value = text ?? variable.value;
        variable.updatedAt = store.now();
      });
      return noContent;
    },
    remove: (request: Request) => {
      const { scope, name } = find(request);
      store.change((state, emit) => {
        state.variables = state.variables.filter((known) => !(sameScope(known.scope, scope) && known.name === name));
        emit("variable.deleted", { environment: scope, name });
      });
      return noContent;
    },
  };
}

/** Variables of the repository and of its environments. */
export function variableRoutes(services: Services): GitHubRoute[] {
  const repository = "/repos/{owner}/{repo}/actions/variables";
  const environment = "/repos/{owner}/{repo}/environments/{environment_name}/variables";
  const inRepository = handlers(services, () => null);
  const inEnvironment = handlers(
    services,
    (params) => requireEnvironment(services, params.environment_name ?? "").name,
  );
  const read = ["variables:read"] as const;
  const write = ["variables:write"] as const;
  const environmentRead = ["environments:read"] as const;
  const environmentWrite = ["environments:write"] as const;
  return alsoById([
    rest(`GET ${repository}`, read, inRepository.list),
    rest(`POST ${repository}`, write, inRepository.create),
    rest(`GET ${repository}/{name}`, read, inRepository.get),
    rest(`PATCH ${repository}/{name}`, write, inRepository.update),
    rest(`DELETE ${repository}/{name}`, write, inRepository.remove),
    // The lab's organization shares none.
    rest("GET /repos/{owner}/{repo}/actions/organization-variables", read, () => ({
      status: 200,
      body: { total_count: 0, variables: [] },
    })),
    rest(`GET ${environment}`, environmentRead, inEnvironment.list),
    rest(`POST ${environment}`, environmentWrite, inEnvironment.create),
    rest(`GET ${environment}/{name}`, environmentRead, inEnvironment.get),
    rest(`PATCH ${environment}/{name}`, environmentWrite, inEnvironment.update),
    rest(`DELETE ${environment}/{name}`, environmentWrite, inEnvironment.remove),
  ]);
}
