import { appOf, botOf, isJwt } from "../app-tokens";
import type { GitHubFaults } from "../faults";
import { knownApps } from "../registered-apps";
import { sha256 } from "../runner-tokens";
import type { PermissionLevel, PermissionName, Seed } from "../seed";
import type { GitHubStore } from "../store";
import { badCredentials, notAccessible, requiresAuthentication } from "./errors";
import type { RouteAccess, Requester } from "./message";

/** The token of an Authorization header: `Bearer`, `token`, or the password of `Basic`. */
export function tokenOf(authorization: string | undefined): string | undefined {
  const [, scheme, value] = /^(\S+)\s+(.+)$/.exec(authorization ?? "") ?? [];
  if (scheme === undefined || value === undefined) return undefined;
  if (/^(bearer|token)$/i.test(scheme)) return value.trim();
  if (!/^basic$/i.test(scheme)) return undefined;
  const decoded = Buffer.from(value, "base64").toString("utf8");
  return decoded.slice(decoded.indexOf(":") + 1);
}

/**
 * Whose token it is. No token: undefined.
 * @throws GitHubApiError 401 for a token that is unknown or expired
 */
export function identify(
  authorization: string | undefined,
  { seed, store, faults }: { seed: Pick<Seed, "tokens" | "apps">; store: GitHubStore; faults: GitHubFaults },
): Requester | undefined {
  if (authorization === undefined) return undefined;
  const token = tokenOf(authorization);
  if (token === undefined) throw badCredentials();
  const hash = sha256(token);
  if (isJwt(token)) {
    const { slug } = appOf(authorization, knownApps(seed, store), store.clock.now());
    return { login: botOf(slug), permissions: {}, isInstallation: true, tokenSha256: hash };
  }
  const known = [...seed.tokens, ...store.state.tokens].find((candidate) => candidate.sha256 === hash);
  if (known === undefined) throw badCredentials();
  if (known.expiresAt !== undefined && Date.parse(known.expiresAt) <= store.clock.now()) throw badCredentials();
  const names = [known.login, "name" in known ? known.name : undefined];
  if (faults.active("token-expired", ({ login }) => names.includes(login)) !== undefined) throw badCredentials();
  const removed = (name: string): boolean =>
    faults.active("permission-removed", ({ login, permission }) => names.includes(login) && permission === name) !==
    undefined;
  const permissions = Object.fromEntries(Object.entries(known.permissions).filter(([name]) => !removed(name)));
  const isInstallation = "installation" in known && known.installation === true;
  return { login: known.login, permissions, isInstallation, tokenSha256: hash, expiresAt: known.expiresAt };
}

/** Whether the token has the permission at this level; `write` includes `read`, every token may read metadata. */
export function permits(identity: Requester, permission: string): boolean {
  const [name, level] = permission.split(":") as [PermissionName, PermissionLevel];
  const has = name === "metadata" ? (identity.permissions.metadata ?? "read") : identity.permissions[name];
  return has === "write" || has === level;
}

/**
 * @returns the permission that let the caller in; undefined where none is needed
 * @throws GitHubApiError 401 without a token, 403 in GitHub's words without the permission
 */
export function requireAccess(access: RouteAccess, identity: Requester | undefined): string | undefined {
  if (access === "public" || access === "own") return undefined;
  if (identity === undefined) throw requiresAuthentication();
  if (access === "authenticated") return undefined;
  const permission = access.find((candidate) => permits(identity, candidate));
  if (permission === undefined) throw notAccessible(access, identity);
  return permission;
}
