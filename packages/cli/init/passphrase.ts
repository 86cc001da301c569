/** How a new stack's secrets are encrypted. */
import { randomBytes } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { writeWhole } from "@ghrunners/core/whole-file";

/** What a person said about it. */
export interface ProviderOptions {
  /** Pulumi's secrets provider, such as `awskms://...`. */
  readonly secretsProvider?: string | undefined;
  /** File with the passphrase; it is made if it does not exist. */
  readonly passphraseFile?: string | undefined;
}

export interface SecretsProvider {
  readonly provider: string;
  /** File to make with a new passphrase before the stack; undefined if there is one, or none is needed. */
  readonly makes: string | undefined;
  /** Variables that every later `pulumi` command needs. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * @param keepsKeys the backend keeps the keys itself (Pulumi Cloud)
 * @returns undefined if it cannot be known: a passphrase is needed, and no one has said where it is
 */
export function secretsProviderOf(
  { secretsProvider, passphraseFile }: ProviderOptions,
  keepsKeys: boolean,
  env: NodeJS.ProcessEnv,
): SecretsProvider | undefined {
  if (passphraseFile !== undefined) {
    const file = path.resolve(passphraseFile);
    return {
      provider: "passphrase",
      makes: existsSync(file) ? undefined : file,
      variables: { PULUMI_CONFIG_PASSPHRASE_FILE: file },
    };
  }
  const provider = secretsProvider ?? (keepsKeys ? "default" : "passphrase");
  if (provider !== "passphrase") return { provider, makes: undefined, variables: {} };
  const isSet = [env.PULUMI_CONFIG_PASSPHRASE, env.PULUMI_CONFIG_PASSPHRASE_FILE].some((value) => Boolean(value));
  return isSet ? { provider, makes: undefined, variables: {} } : undefined;
}

/** What to say where {@link secretsProviderOf} does not know. */
export const PASSPHRASE_MISSING =
  "this backend keeps no keys, so the stack's secrets need a passphrase. Seen none, expected --passphrase-file FILE (made " +
  "if it is not there; keep a copy), the variable PULUMI_CONFIG_PASSPHRASE_FILE, or --secrets-provider with a key service";

/**
 * Makes the file with a random passphrase, for this user alone.
 * @returns a function that removes it again
 */
export function makePassphraseFile(file: string | undefined): () => void {
  if (file === undefined) return () => undefined;
  writeWhole(file, `${randomBytes(24).toString("base64url")}\n`);
  return () => rmSync(file, { force: true });
}
