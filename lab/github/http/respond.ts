import { createHash } from "node:crypto";
import type { Services } from "../services";
import { identify, requireAccess } from "./authorize";
import { GitHubApiError, movedPermanently, notFound, notModelled } from "./errors";
import type { ApiRequest, Requester, GitHubReply, GitHubRoute } from "./message";
import { RateLimiter, rateLimitHeaders } from "./rate-limit";
import type { Router } from "../../kit/router";

const LIMIT_PATH = "/api/v3/rate_limit";
const BY_NUMBER = "/api/v3/repositories/";

/** A request before its route and its sender are known. */
export type RawRequest = Omit<ApiRequest, "params" | "identity" | "body"> & { readonly body: Buffer };

const wireBody = (body: unknown): Buffer | string | undefined =>
  body === undefined || Buffer.isBuffer(body) || typeof body === "string" ? body : JSON.stringify(body);

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new GitHubApiError(400, "Bad Request");
  }
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new GitHubApiError(400, "Problems parsing JSON");
  }
}

const errorReply = (error: GitHubApiError): GitHubReply => ({
  status: error.status,
  body: error.body,
  headers: error.headers,
});

/**
 * Whether the repository or the organization of the path is the one that the emulator has.
 * @throws GitHubApiError 404; a redirect for the name that it had before a rename
 */
function requireRepository(
  { seed, formerName }: Services,
  { method, path, query }: RawRequest,
  params: Readonly<Record<string, string>>,
): void {
  const { owner, repo, org, repository_id: id } = params;
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  if (id !== undefined && id !== String(seed.repository.id)) throw notFound();
  if (org !== undefined && !(seed.owner.type === "Organization" && same(org, seed.owner.login))) throw notFound();
  if (owner === undefined || repo === undefined) return;
  if (!same(owner, seed.owner.login)) throw notFound();
  if (same(repo, seed.repository.name)) return;
  if (!same(repo, formerName)) throw notFound();
  const below = path
    .split("/")
    .slice(6)
    .map((segment) => `/${segment}`);
  const search = query.size === 0 ? "" : `?${query}`;
  throw movedPermanently(method, `${seed.publicUrl}${BY_NUMBER}${seed.repository.id}${below.join("")}${search}`);
}

/** GitHub serves every path below a repository by the repository's number too, which redirects lead to. */
function byName(path: string, { owner, repository }: Services["seed"]): string {
  const start = `${BY_NUMBER}${repository.id}`;
  const isBelow = path === start || path.startsWith(`${start}/`);
  return isBelow ? `/api/v3/repos/${owner.login}/${repository.name}${path.slice(start.length)}` : path;
}

/** Answers requests: authentication, limits, faults, the route's handler, and the headers that GitHub adds. */
export class Responder {
  readonly rateLimit: RateLimiter;

  constructor(
    private readonly services: Services,
    private readonly router: Router<GitHubRoute>,
    private readonly reportBug: (error: unknown) => void,
  ) {
    this.rateLimit = new RateLimiter(services.store.clock, services.faults, services.seed.refusesBeyondLimit);
  }

  async respond(request: RawRequest, requestId: string): Promise<GitHubReply<number, Buffer | string | undefined>> {
    const isRest = request.path.startsWith("/api/v3");
    let identity: Requester | undefined;
    let reply: GitHubReply;
    let ended = (): void => undefined;
    try {
      if (isRest) {
        identity = identify(request.headers.authorization, this.services);
        ended = this.services.secondaryLimits.begin(identity, request.method);
      }
      reply = await this.dispatch(request, identity, isRest);
    } catch (error) {
      if (!(error instanceof GitHubApiError)) this.reportBug(error);
      reply = errorReply(error instanceof GitHubApiError ? error : new GitHubApiError(500, "Server Error"));
    } finally {
      ended();
    }
    return this.finish(request, identity, reply, requestId, isRest);
  }

  private async dispatch(request: RawRequest, identity: Requester | undefined, isRest: boolean): Promise<GitHubReply> {
    const { faults, permissionUse, seed } = this.services;
    const line = `${request.method} ${decoded(request.path)}`;
    if (isRest) this.rateLimit.check(identity, request.path === LIMIT_PATH);
    if (isRest && faults.strike("http-500", ({ match }) => line.includes(match))) {
      throw new GitHubApiError(500, "Server Error");
    }
    const match = this.router(request.method, request.path) ?? this.router(request.method, byName(request.path, seed));
    if (match === undefined) throw notModelled(line);
    requireRepository(this.services, request, match.params);
    const permission = requireAccess(match.route.access, identity);
    if (identity !== undefined && permission !== undefined) {
      permissionUse.record(identity.login, permission, `${match.route.method} ${match.route.path}`);
    }
    const reply = await match.route.handle({
      ...request,
      params: match.params,
      identity,
      body: match.route.takesBytes === true ? request.body : parseJson(request.body),
    });
    const wrote = isRest && request.method !== "GET";
    if (wrote && faults.strike("http-500-after-commit", (parameters) => line.includes(parameters.match))) {
      throw new GitHubApiError(500, "Server Error");
    }
    return reply;
  }

  private finish(
    request: RawRequest,
    identity: Requester | undefined,
    reply: GitHubReply,
    requestId: string,
    isRest: boolean,
  ): GitHubReply<number, Buffer | string | undefined> {
    const body = wireBody(reply.body);
    const headers: Record<string, string> = { "x-github-request-id": requestId, ...reply.headers };
    if (body !== undefined && headers["content-type"] === undefined) {
      headers["content-type"] = "application/json; charset=utf-8";
    }
    if (!isRest) return { status: reply.status, body, headers };
    headers["x-github-media-type"] = "github.v3; format=json";
    let status = reply.status;
    if (request.method === "GET" && status === 200 && body !== undefined) {
      headers.etag = `W/"${createHash("sha256").update(body).digest("hex")}"`;
      const known = request.headers["if-none-match"]?.split(/\s*,\s*/) ?? [];
      if (known.some((tag) => tag.replace(/^W\//, "") === headers.etag?.slice(2))) status = 304;
    }
    // GitHub does not count a 304, nor asking for the limit itself.
    const free = status === 304 || request.path === LIMIT_PATH;
    if (identity?.expiresAt !== undefined)
      headers["github-authentication-token-expiration"] = identity.expiresAt.replace(/^(.+)T([\d:]+).*$/, "$1 $2 UTC");
    Object.assign(headers, rateLimitHeaders(this.rateLimit.allowance(identity, free ? 0 : 1)));
    return { status, body: status === 304 ? undefined : body, headers };
  }
}
