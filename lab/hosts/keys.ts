import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import type { Instance } from "../instance";
import type { HostName } from "./hosts";

const fileOf = (instance: Instance, host: HostName): string => path.join(instance.secrets, `host-key-${host}`);

/**
 * The host's SSH key pair, made once. ECDSA, because `@pulumi/command` compares the kind that Go's SSH client likes best.
 * @throws Error with ssh-keygen's words
 */
export function ensureHostKey(instance: Instance, host: HostName): { privateKey: string; publicKey: string } {
  const file = fileOf(instance, host);
  if (!existsSync(file)) {
    const fresh = `${file}.new`;
    rmSync(fresh, { force: true });
    const made = spawnSync("ssh-keygen", ["-q", "-t", "ecdsa", "-N", "", "-C", host, "-f", fresh], {
      encoding: "utf8",
    });
    if (made.status !== 0) throw new Error(`ssh-keygen failed: ${made.stderr || String(made.error)}`);
    // The private half is moved last: where it exists, the public one does too.
    renameSync(`${fresh}.pub`, `${file}.pub`);
    renameSync(fresh, file);
  }
  return { privateKey: readFileSync(file, "utf8"), publicKey: hostKeyOf(instance, host) };
}

/** The host's public key as a configuration pins it: kind and key, without a comment. */
export function hostKeyOf(instance: Instance, host: HostName): string {
  return readFileSync(`${fileOf(instance, host)}.pub`, "utf8")
    .trim()
    .split(" ")
    .slice(0, 2)
    .join(" ");
}
