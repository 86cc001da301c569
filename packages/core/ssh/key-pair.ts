import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Both halves of an SSH key, as OpenSSH writes them. */
export interface SshKeyPair {
  /** OpenSSH private key without a passphrase. */
  readonly privateKey: string;
  /** One line: kind, key and comment. */
  readonly publicKey: string;
}

/**
 * Makes a key pair, in a folder that only this user may read and that exists only while ssh-keygen runs.
 * @param comment ends the line of the public key; default: none
 * @throws Error with ssh-keygen's words
 */
export function makeKeyPair(kind: "ed25519" | "ecdsa", comment = ""): SshKeyPair {
  const folder = mkdtempSync(path.join(tmpdir(), "ghrunners-key-"));
  try {
    const file = path.join(folder, "key");
    const made = spawnSync("ssh-keygen", ["-q", "-t", kind, "-N", "", "-C", comment, "-f", file], { encoding: "utf8" });
    if (made.status !== 0) throw new Error(`ssh-keygen failed: ${made.stderr || String(made.error)}`);
    return { privateKey: readFileSync(file, "utf8"), publicKey: readFileSync(`${file}.pub`, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
