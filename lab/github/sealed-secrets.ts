import sodium from "libsodium-wrappers";
import type { KeyPair, SecretScope } from "./model";
import { unprocessable } from "./http/errors";
import type { GitHubStore } from "./store";
import { sha256 } from "./runner-tokens";

const base64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

/** The name without case, as GitHub compares names of secrets and variables. */
export const sameName = (a: string, b: string): boolean => a.toUpperCase() === b.toUpperCase();
/** Names of environments are compared without case, too. */
export const sameScope = (a: SecretScope, b: SecretScope): boolean => a?.toLowerCase() === b?.toLowerCase();

/**
 * Secrets, stored as the sealed boxes that clients send (X25519, XSalsa20-Poly1305). Values are opened only for the job
 * that needs them and for comparing hashes; they are never written or logged.
 */
export class SealedSecrets {
  private constructor(private readonly store: GitHubStore) {}

  static async load(store: GitHubStore): Promise<SealedSecrets> {
    await sodium.ready;
    return new SealedSecrets(store);
  }

  /** The key of a scope; made at first use. */
  publicKey(scope: SecretScope): { keyId: string; key: string } {
    const pair = this.pairOf(scope) ?? this.makePair(scope);
    return { keyId: pair.keyId, key: pair.publicKey };
  }

  /**
   * Stores a sealed value.
   * @returns whether the secret is new
   * @throws GitHubApiError 422 when the key id is not the scope's or the box cannot be opened with it
   */
  put(scope: SecretScope, name: string, encryptedValue: string, keyId: string): boolean {
    const pair = this.pairOf(scope);
    if (pair === undefined || pair.keyId !== keyId) {
      throw unprocessable(
        "The key_id is not the current public key of this resource. Get the public key and encrypt again.",
      );
    }
    if (this.unseal(pair, encryptedValue) === undefined) {
      throw unprocessable("Bad request - The encrypted value could not be decrypted with the public key of key_id.");
    }
    const now = this.store.now();
    return this.store.change((state, emit) => {
      const known = state.secrets.find((secret) => sameScope(secret.scope, scope) && sameName(secret.name, name));
      emit(known === undefined ? "secret.created" : "secret.updated", { environment: scope, name: name.toUpperCase() });
      if (known === undefined) {
        state.secrets.push({ scope, name: name.toUpperCase(), encryptedValue, keyId, createdAt: now, updatedAt: now });
        return true;
      }
      Object.assign(known, { encryptedValue, keyId, updatedAt: now });
      return false;
    });
  }

  /** The value in clear; undefined when there is no such secret. */
  open(scope: SecretScope, name: string): string | undefined {
    const secret = this.store.state.secrets.find(
      (known) => sameScope(known.scope, scope) && sameName(known.name, name),
    );
    const pair = secret && this.store.state.keyPairs.find(({ keyId }) => keyId === secret.keyId);
    return secret && pair && this.unseal(pair, secret.encryptedValue);
  }

  /** All values that a job sees: the repository's, and its environment's over them. */
  forJob(environment: SecretScope): Record<string, string> {
    const scopes: SecretScope[] = environment === null ? [null] : [null, environment];
    const entries = scopes.flatMap((scope) =>
      this.store.state.secrets
        .filter((secret) => sameScope(secret.scope, scope))
        .map(({ name }) => [name, this.open(scope, name) ?? ""] as const),
    );
    return Object.fromEntries(entries);
  }

  /** SHA-256 of a value, to prove that the right one arrived. */
  fingerprint(scope: SecretScope, name: string): string | undefined {
    const value = this.open(scope, name);
    return value === undefined ? undefined : sha256(value);
  }

  private pairOf(scope: SecretScope): KeyPair | undefined {
    return this.store.state.keyPairs.find((pair) => sameScope(pair.scope, scope));
  }

  private makePair(scope: SecretScope): KeyPair {
    const made = sodium.crypto_box_keypair();
    return this.store.change((state) => {
      const pair: KeyPair = {
        scope,
        // GitHub's ids are long decimal numbers in a string.
        keyId: `33804${String(this.store.nextId()).padStart(13, "0")}`,
        publicKey: Buffer.from(made.publicKey).toString("base64"),
        privateKey: Buffer.from(made.privateKey).toString("base64"),
      };
      state.keyPairs.push(pair);
      return pair;
    });
  }

  private unseal(pair: KeyPair, encryptedValue: string): string | undefined {
    try {
      const opened = sodium.crypto_box_seal_open(
        base64(encryptedValue),
        base64(pair.publicKey),
        base64(pair.privateKey),
      );
      return Buffer.from(opened).toString("utf8");
    } catch {
      return undefined;
    }
  }
}
