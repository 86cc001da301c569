import sodium from "libsodium-wrappers";

/** Seals a value as clients of GitHub do. @param key base64 of the public key */
export async function seal(key: string, value: string): Promise<string> {
  await sodium.ready;
  return Buffer.from(sodium.crypto_box_seal(value, new Uint8Array(Buffer.from(key, "base64")))).toString("base64");
}
