import { z } from "zod";
import { parseBody } from "../http/body";
import { notFound } from "../http/errors";
import { type ApiRequest, noContent, type GitHubReply, type GitHubRoute } from "../http/message";
import { paginate } from "../http/pagination";
import { alsoById, rest } from "../http/rest";
import type { SecretScope, Secret } from "../model";
import { sameName, sameScope } from "../sealed-secrets";
import type { Services } from "../services";
import { requireEnvironment } from "./environments";
import { requireName } from "./variables";

// The Terraform provider may send the key id as a number.
const sealed = z.object({
  encrypted_value: z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/),
  key_id: z.union([z.string(), z.number()]).transform(String),
});

const view = ({ name, createdAt, updatedAt }: Secret) => ({ name, created_at: createdAt, updated_at: updatedAt });

/** The handlers for one scope; the scope comes from the path. */
function handlers(
  { seed, store, secrets }: Services,
  scopeOf: (params: Readonly<Record<string, string>>) => SecretScope,
) {
  type Request = ApiRequest<Readonly<Record<string, string>>>;
  const within = (scope: SecretScope): Secret[] => store.state.secrets.filter((known) => sameScope(known.scope, scope));
  const find = (request: Request): Secret => {
    const found = within(scopeOf(request.params)).find(({ name }) => sameName(name, request.params.secret_name ?? ""));
    if (found === undefined) throw notFound();
    return found;
  };
  return {
    key: (request: Request) => {
      const { keyId, key } = secrets.publicKey(scopeOf(request.params));
      return { status: 200 as const, body: { key_id: keyId, key } };
    },
    list: (request: Request) => {
      const page = paginate(within(scopeOf(request.params)), request, seed.publicUrl);
      const body = { total_count: page.total, secrets: page.items.map(view) };
      return { status: 200 as const, headers: page.headers, body };
    },
    get: (request: Request) => ({ status: 200 as const, body: view(find(request)) }),
    put: (request: Request): GitHubReply<201, Record<string, never>> | GitHubReply<204, undefined> => {
      const scope = scopeOf(request.params);
      const name = request.params.secret_name ?? "";
      requireName("Secret", name);
      const { encrypted_value: value, key_id: keyId } = parseBody(sealed, request.body);
      return secrets.put(scope, name, value, keyId) ? { status: 201, body: {} } : noContent;
    },
    remove: (request: Request) => {
      const { scope, name } = find(request);
      store.change((state, emit) => {
        state.secrets = state.secrets.filter((known) => !(sameScope(known.scope, scope) && known.name === name));
        emit("secret.deleted", { environment: scope, name });
      });
      return noContent;
    },
  };
}

/** Secrets of the repository and of its environments: names and times; values come sealed and never leave. */
export function secretRoutes(services: Services): GitHubRoute[] {
  const repository = "/repos/{owner}/{repo}/actions/secrets";
  const environment = "/repos/{owner}/{repo}/environments/{environment_name}/secrets";
  const inRepository = handlers(services, () => null);
  const inEnvironment = handlers(
    services,
    (params) => requireEnvironment(services, params.environment_name ?? "").name,
  );
  const read = ["secrets:read"] as const;
  const write = ["secrets:write"] as const;
  const environmentRead = ["environments:read"] as const;
  const environmentWrite = ["environments:write"] as const;
  return alsoById([
    rest(`GET ${repository}`, read, inRepository.list),
    rest(`GET ${repository}/public-key`, read, inRepository.key),
    rest(`GET ${repository}/{secret_name}`, read, inRepository.get),
    rest(`PUT ${repository}/{secret_name}`, write, inRepository.put),
    rest(`DELETE ${repository}/{secret_name}`, write, inRepository.remove),
    rest(`GET ${environment}`, environmentRead, inEnvironment.list),
    rest(`GET ${environment}/public-key`, environmentRead, inEnvironment.key),
    rest(`GET ${environment}/{secret_name}`, environmentRead, inEnvironment.get),
    rest(`PUT ${environment}/{secret_name}`, environmentWrite, inEnvironment.put),
    rest(`DELETE ${environment}/{secret_name}`, environmentWrite, inEnvironment.remove),
  ]);
}
