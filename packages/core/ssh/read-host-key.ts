/** Reads the key that a host presents, before it is pinned. */
import { createHash } from "node:crypto";
import { Client } from "ssh2";
import { ports } from "../vocabulary/ports";
import { HostUnreachableError } from "./session";

/** A host key, not yet trusted. */
export interface PresentedKey {
  /** Kind, blank, base64 text: the form of a pinned key. */
  readonly key: string;
  /** As `ssh-keygen -l` prints it: `SHA256:...`. */
  readonly fingerprint: string;
}

/** The kind is the first field of the key. Source: RFC 4253, section 6.6. */
const kindOf = (key: Buffer): string => key.subarray(4, 4 + key.readUInt32BE(0)).toString();

/**
 * Connects, looks at the key and leaves: nothing is sent, and no one logs in.
 * @param limitMs time limit, milliseconds
 * @param port default: SSH's
 * @throws HostUnreachableError when there is no answer
 * @example (await readHostKey("192.168.0.200", 8_000)).fingerprint
 */
export function readHostKey(host: string, limitMs: number, port: number = ports.ssh): Promise<PresentedKey> {
  const client = new Client();
  const unreachable = ({ code, message }: Error & { code?: string }): Error =>
    new HostUnreachableError(
      `${host} does not answer on port ${port} (${code ?? message}). Expected an SSH server there. ` +
        `Next: check the address and the network in between`,
    );
  return new Promise((resolve, reject) => {
    client
      // Each error, not only the first: see connect of session.ts.
      .on("error", (error) => reject(unreachable(error)))
      .connect({
        host,
        port,
        username: "nobody",
        readyTimeout: limitMs,
        algorithms: {
          serverHostKey: ["ecdsa-sha2-nistp256", "ssh-ed25519", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"],
        },
        hostVerifier: (key: Buffer) => {
          const digest = createHash("sha256").update(key).digest("base64").replace(/=+$/, "");
          resolve({ key: `${kindOf(key)} ${key.toString("base64")}`, fingerprint: `SHA256:${digest}` });
          client.end();
          return false;
        },
      });
  });
}
