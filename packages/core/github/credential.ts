/**
 * What a client shows to GitHub: a token, or a GitHub App that obtains tokens of an hour by its private key. Both are one
 * text in the configuration and in a host's credential file. Pure.
 */
import { createPrivateKey } from "node:crypto";
import * as z from "zod";

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

const id = z.int().positive();
const app = z.strictObject({ appId: id, installationId: id, privateKey: z.string().refine(isRsaKey) });

/** What a credential must be, for messages. */
export const CREDENTIAL_FORM =
  'a token without blanks, or a GitHub App as JSON: {"appId": 1, "installationId": 2, "privateKey": "PEM of its RSA key"}';

const isObject = (text: string): boolean => text.trimStart().startsWith("{");

function fromJson(text: string): AppCredential | undefined {
  try {
    return app.safeParse(JSON.parse(text)).data;
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
 * @example appIn('{"appId": 12, "installationId": 34, "privateKey": "-----BEGIN RSA PRIVATE KEY-----\n..."}')?.appId // 12
 */
export function appIn(credential: string): AppCredential | undefined {
  if (!isObject(credential)) return undefined;
  const found = fromJson(credential);
  if (found === undefined) throw new Error(`The credential for GitHub cannot be used. Expected ${CREDENTIAL_FORM}.`);
  return found;
}
