/**
 * The public half of an OpenSSH private key, which is unencrypted in the file. Source: PROTOCOL.key of OpenSSH. Parsed
 * here, because loading ssh2 takes 70 ms at every run.
 */
const MAGIC = Buffer.from("openssh-key-v1\0");

/** The public key as one authorized_keys line; undefined if the key is malformed or protected by a passphrase. */
export function publicKeyOf(privateKey: string): string | undefined {
  const body = privateKey.replace(/-----[A-Z ]+-----/g, "").replace(/\s+/g, "");
  const blob = Buffer.from(body, "base64");
  if (!blob.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  let offset = MAGIC.length;
  const field = (): Buffer => {
    const length = blob.readUInt32BE(offset);
    const value = blob.subarray(offset + 4, offset + 4 + length);
    if (value.length !== length) throw new RangeError("truncated");
    offset += 4 + length;
    return value;
  };
  try {
    const cipher = field().toString("latin1");
    field(); // key derivation function
    field(); // its options
    if (cipher !== "none" || blob.readUInt32BE(offset) !== 1) return undefined;
    offset += 4;
    const key = field();
    const algorithm = key.subarray(4, 4 + key.readUInt32BE(0)).toString("latin1");
    return `${algorithm} ${key.toString("base64")}`;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
