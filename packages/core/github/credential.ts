/**
 * What a client shows to GitHub: a token, or a GitHub App that obtains tokens of an hour by its private key. Both are
 * one text in the configuration and in a host's credential file. Pure.
 */
import { createPrivateKey } from "node:crypto";

/** An installation of a GitHub App. Source: GitHub, "Authenticating as a GitHub App installation". */
export interface AppCredential {
  readonly appId: number;
  readonly installationId: number;
  /** As GitHub gives it out: PEM, RSA. */
  readonly privateKey: string;
}

function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "rsa";
  } catch {
    return false;
  }
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;

/** By hand: zod would double the scripts of the workflows, which others review, for three fields. */
function isApp(value: unknown): value is AppCredential {
  if (typeof value !== "object" || value === null) return false;
  const { appId, installationId, privateKey, ...more } = value as Record<string, unknown>;
  const hasIds = isId(appId) && isId(installationId);
  return hasIds && typeof privateKey === "string" && isRsaKey(privateKey) && Object.keys(more).length === 0;
}

/** What a credential must be, for messages. */
export const CREDENTIAL_FORM =
  'a token without blanks, or a GitHub App as JSON: {"appId": 1, "installationId": 2, "privateKey": "PEM of its RSA key"}';

const isObject = (text: string): boolean => text.trimStart().startsWith("{");

function fromJson(text: string): AppCredential | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isApp(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a text is a token or an App, as {@link CREDENTIAL_FORM} says. */
export const isCredential = (text: string): boolean =>
  isObject(text) ? fromJson(text) !== undefined : /^\S{8,}$/.test(text);

/**
 * The App in a credential; undefined if it is a token.
 * @throws Error, without any part of the text, if it is neither
 * @example appIn('{"appId": 12, "installationId": 34, "privateKey": "-----BEGIN RSA PRIVATE KEY-----\n..."}')?.appId //
 * 12
 */
export function appIn(credential: string): AppCredential | undefined {
  if (!isObject(credential)) return undefined;
  const found = fromJson(credential);
  if (found === undefined) throw new Error(`The credential for GitHub cannot be used. Expected ${CREDENTIAL_FORM}.`);
  return found;
}
