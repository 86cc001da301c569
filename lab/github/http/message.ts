import type { IncomingHttpHeaders } from "node:http";
import type { Method } from "../../kit/router";
import type { PermissionName, TokenPermissions } from "../seed";

/** The client of a request: the owner of the token, and what the token may do. */
export interface Requester {
  readonly login: string;
  readonly permissions: TokenPermissions;
  /** Whether it is the token of an App's installation. */
  readonly isInstallation: boolean;
  /** SHA-256 of the token; the key of its rate limit. */
  readonly tokenSha256: string;
  /** RFC 3339; undefined if the token does not expire. */
  readonly expiresAt?: string | undefined;
}

export interface ApiRequest<Params = Readonly<Record<string, string>>> {
  readonly method: string;
  /** Path as it was sent, still percent-encoded, without the query. */
  readonly path: string;
  /** Path parameters, decoded; `{path}` at the end of a route may hold slashes. */
  readonly params: Params;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON, undefined when there was none; a Buffer for a route that takes bytes. */
  readonly body: unknown;
  /** Undefined on routes whose access is `public` or `own` when no valid token came along. */
  readonly identity: Requester | undefined;
  /** Aborted when the client disconnects or the service stops: ends long polls. */
  readonly signal: AbortSignal;
}

export interface GitHubReply<Status extends number = number, Body = unknown> {
  readonly status: Status;
  /** Sent as JSON; a Buffer or string is sent as it is, with the `content-type` of `headers`. */
  readonly body: Body;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Who may call a route: any client (`public`), every valid token (`authenticated`), a client that the handler accepts
 * by its own rules (`own`, the runner protocol), or a token with one of the permissions listed.
 */
export type RouteAccess = "public" | "authenticated" | "own" | readonly `${PermissionName}:${"read" | "write"}`[];

/** One entry of the route table; REST routes are under /api/v3, all others under the root. */
export interface GitHubRoute {
  readonly method: Method;
  /** `/repos/{owner}/{repo}/…`; a last segment `{path}` takes the rest of the path. */
  readonly path: string;
  readonly base: "/api/v3" | "/";
  readonly access: RouteAccess;
  readonly handle: (request: ApiRequest) => GitHubReply | Promise<GitHubReply>;
  /** Whether the handler gets the body as a Buffer, instead of parsed JSON. */
  readonly takesBytes?: boolean;
}

/** The path as a client sends it. */
export const fullPath = ({ base, path }: Pick<GitHubRoute, "base" | "path">): string =>
  base === "/" ? path : `${base}${path}`;

/** A route outside GitHub's REST API: the runner protocol, downloads, the page for people. */
export function plainRoute(
  method: Method,
  path: string,
  access: RouteAccess,
  handle: GitHubRoute["handle"],
): GitHubRoute {
  return { method, path, base: "/", access, handle };
}

export const noContent: GitHubReply<204, undefined> = { status: 204, body: undefined };
