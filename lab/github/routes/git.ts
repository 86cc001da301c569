/**
 * Git over smart HTTP, as `git clone`, `git fetch` and `git push` speak it: https://HOST/OWNER/REPOSITORY(.git).
 * Source: GitHub, "About remote repositories", "Managing your personal access tokens"; the messages as clients quote
 * them.
 */
import { identify, permits } from "../http/authorize";
import { GitHubApiError } from "../http/errors";
import { plainRoute, type ApiRequest, type GitHubReply, type GitHubRoute, type Requester } from "../http/message";
import { httpBackend, type BackendRequest } from "../repository/http-backend";
import type { Pushes } from "../repository/pushes";
import type { Services } from "../services";
import { fullName } from "../views/repository";

/** git shows a client the text of a refusal, if it is plain text. */
const refusal = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): GitHubReply => ({
  status,
  body: `${text}\n`,
  headers: { "content-type": "text/plain; charset=utf-8", ...headers },
});
const unauthorized = (text: string): GitHubReply => refusal(401, text, { "www-authenticate": 'Basic realm="GitHub"' });

type GitPath = BackendRequest["path"];

export function gitRoutes(services: Services, pushes: Pushes): GitHubRoute[] {
  const answer = async (request: ApiRequest, asked: GitPath): Promise<GitHubReply> => {
    const service = asked === "info/refs" ? request.query.get("service") : asked;
    if (service !== "git-upload-pack" && service !== "git-receive-pack")
      return refusal(403, "Please upgrade your git client.\nGitHub.com no longer supports git over dumb-http.");
    const entered = enter(services, request, service === "git-receive-pack");
    if ("status" in entered) return entered;
    const { login, withoutWorkflows } = entered;
    const { method, headers, signal } = request;
    const serve = (): Promise<GitHubReply> =>
      httpBackend({
        folder: services.repository.folder,
        path: asked,
        query: `service=${service}`,
        method,
        headers,
        body: request.body as Buffer,
        login,
        withoutWorkflows,
        signal,
      });
    // The seed's newest files are part of what is fetched.
    services.repository.refs();
    return asked === "git-receive-pack" && login !== undefined ? pushes.receive(login, serve) : serve();
  };
  const route = (method: "GET" | "POST", asked: GitPath): GitHubRoute => ({
    ...plainRoute(method, `/{account}/{project}/${asked}`, "own", (request) => answer(request, asked)),
    takesBytes: true,
  });
  return [route("GET", "info/refs"), route("POST", "git-upload-pack"), route("POST", "git-receive-pack")];
}

/** Who comes in. */
interface Entered {
  readonly login: string | undefined;
  readonly withoutWorkflows?: string | undefined;
}

/** Who comes in, or the refusal. GitHub asks for an account before it says whether there is such a repository. */
function enter(services: Services, { headers, params, query }: ApiRequest, isPush: boolean): Entered | GitHubReply {
  const { seed, faults, permissionUse, formerName } = services;
  const isPublic = !seed.repository.private || faults.active("repository-public") !== undefined;
  let identity: Requester | undefined;
  try {
    identity = identify(headers.authorization, services);
  } catch (error) {
    if (!(error instanceof GitHubApiError)) throw error;
    return unauthorized("Invalid username or token. Password authentication is not supported for Git operations.");
  }
  const name = `${params.account}/${params.project?.replace(/\.git$/, "")}`.toLowerCase();
  const exists = name === fullName(seed).toLowerCase();
  if (identity === undefined && !(exists && isPublic && !isPush)) return unauthorized("Repository not found.");
  if (name === `${seed.owner.login}/${formerName}`.toLowerCase() && !exists)
    return {
      status: 301,
      body: undefined,
      headers: { location: `${seed.publicUrl}/${fullName(seed)}.git/info/refs?${query}` },
    };
  if (!exists) return refusal(404, "Repository not found.");
  if (identity === undefined) return { login: undefined };
  const permission = isPush ? "contents:write" : "contents:read";
  if (!permits(identity, permission) && !(isPublic && !isPush)) {
    return isPush
      ? refusal(403, `Permission to ${fullName(seed)}.git denied to ${identity.login}.`)
      : refusal(403, "Write access to repository not granted.");
  }
  permissionUse.record(identity.login, permission, isPush ? "git push" : "git fetch");
  const pusher = identity.isInstallation ? "a GitHub App" : "a Personal Access Token";
  return { login: identity.login, withoutWorkflows: permits(identity, "workflows:write") ? undefined : pusher };
}
