/**
 * GitHub Apps: a client proves with a signed JWT that it is the App, and gets a token of an hour for an installation.
 * Source: GitHub, "Generating a JSON Web Token (JWT) for a GitHub App" and "Generating an installation access token".
 */
import { randomBytes, verify } from "node:crypto";
import { z } from "zod";
import { timestamp } from "./clock";
import { GitHubApiError, notFound, unprocessable } from "./http/errors";
import { sha256 } from "./runner-tokens";
import type { KnownApp } from "./registered-apps";
import type { PermissionName, TokenPermissions } from "./seed";
import type { GitHubStore } from "./store";

/** The account that an App acts as. */
export const botOf = (slug: string): string => `${slug}[bot]`;

const HOUR_MS = 3_600_000;
/** How far in the future a JWT may end. */
const LONGEST_SECONDS = 600;

const claims = z.object({ iss: z.union([z.string(), z.number()]), iat: z.number(), exp: z.number() });
const header = z.object({ alg: z.literal("RS256") });

/** Whether a token is a JWT: then the App itself calls, not one of its installations. */
export const isJwt = (token: string): boolean => /^ey[\w-]+\.[\w-]+\.[\w-]+$/.test(token);

const refused = (words: string): GitHubApiError => new GitHubApiError(401, words);
const unreadable = (): GitHubApiError => refused("A JSON web token could not be decoded");

function parsed<T>(schema: z.ZodType<T>, part: string): T {
  try {
    return schema.parse(JSON.parse(Buffer.from(part, "base64url").toString("utf8")));
  } catch {
    throw unreadable();
  }
}

/**
 * The App that signed the JWT of an Authorization header.
 * @param now milliseconds since 1970
 * @throws GitHubApiError 401 in GitHub's words
 */
export function appOf(authorization: string | undefined, apps: readonly KnownApp[], now: number): KnownApp {
  const [, jwt] = /^bearer (\S+)$/i.exec(authorization ?? "") ?? [];
  const [head = "", body = "", signature = "", ...more] = (jwt ?? "").split(".");
  if (jwt === undefined || signature === "" || more.length > 0) throw unreadable();
  parsed(header, head);
  const { iss, iat, exp } = parsed(claims, body);
  const app = apps.find(({ id }) => String(id) === String(iss));
  if (app === undefined) throw refused("Integration not found");
  const signed = Buffer.from(`${head}.${body}`);
  if (!verify("RSA-SHA256", signed, app.publicKey, Buffer.from(signature, "base64url"))) throw unreadable();
  const seconds = now / 1000;
  if (exp <= seconds)
    throw refused(
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  if (exp > seconds + LONGEST_SECONDS) throw refused("'Expiration time' claim ('exp') is too far in the future");
  if (iat > seconds)
    throw refused("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
  return app;
}

/**
 * A token has the App's permissions, or those of them that were asked for.
 * @throws GitHubApiError 422 for one it lacks
 */
function narrowed(app: KnownApp, asked: TokenPermissions | undefined): TokenPermissions {
  if (asked === undefined) return app.permissions;
  const lacks = Object.entries(asked).some(([name, level]) => {
    const granted = app.permissions[name as PermissionName];
    return granted === undefined || (level === "write" && granted === "read");
  });
  if (lacks) throw unprocessable("The permissions requested are not granted to this installation.");
  return asked;
}

export interface IssuedToken {
  readonly token: string;
  readonly expiresAt: string;
  readonly permissions: TokenPermissions;
}

/** Makes a token of an hour; drops those that have expired. Only its hash is kept. @throws GitHubApiError 404, 422 */
export function issueInstallationToken(
  store: GitHubStore,
  app: KnownApp,
  installationId: string,
  asked?: TokenPermissions,
): IssuedToken {
  if (app.installationId === undefined || String(app.installationId) !== installationId) throw notFound();
  const permissions = narrowed(app, asked);
  const now = store.clock.now();
  const token = `ghs_${randomBytes(27).toString("base64url").replace(/[-_]/g, "0")}`;
  const expiresAt = timestamp(now + HOUR_MS);
  store.change((state) => {
    state.tokens = state.tokens.filter((known) => known.expiresAt === undefined || Date.parse(known.expiresAt) > now);
    state.tokens.push({ sha256: sha256(token), login: botOf(app.slug), permissions, installation: true, expiresAt });
  });
  return { token, expiresAt, permissions };
}
