import { generateKeyPairSync } from "node:crypto";

/**
 * The key of a GitHub App: the private half in the form in which GitHub gives it out, the public one as GitHub keeps
 * it.
 */
export function makeAppKey(): { readonly privateKey: string; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    privateKey: privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}
