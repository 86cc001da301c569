import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { makeKeyPair } from "@ghrunners/core/ssh/key-pair";
import { writeWhole } from "@ghrunners/core/whole-file";
import type { Instance } from "../instance";
import type { HostName } from "./hosts";

const fileOf = (instance: Instance, host: HostName): string => path.join(instance.secrets, `host-key-${host}`);

/**
 * The host's SSH key pair, made once. ECDSA, because `@pulumi/command` compares the kind that Go's SSH client likes
 * best.
 * @throws Error with ssh-keygen's words
 */
export function ensureHostKey(instance: Instance, host: HostName): { privateKey: string; publicKey: string } {
  const file = fileOf(instance, host);
  if (!existsSync(file)) {
    const made = makeKeyPair("ecdsa", host);
    // The private half is written last: where it exists, the public one does too.
    writeWhole(`${file}.pub`, made.publicKey, { mode: 0o644 });
    writeWhole(file, made.privateKey);
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
