import { createHash, randomBytes, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { AppCredential } from "@ghrunners/core/github/credential";
import { makeKeyPair } from "@ghrunners/core/ssh/key-pair";
import { writeWhole } from "@ghrunners/core/whole-file";
import { makeAppKey } from "./app-key";
import type { Instance } from "./instance";
import { topology } from "./topology";

/** The lab's secrets: random for each instance, in files that only root reads. */
export interface LabSecrets {
  /** `USER@REALM!TOKENID=UUID`, as Proxmox VE gives it out. */
  readonly proxmoxToken: string;
  /** GitHub token of the operator. */
  readonly githubToken: string;
  /** GitHub token of the exporters: reads only. */
  readonly exporterToken: string;
  /** GitHub App of the operator, which may do what the token may. */
  readonly operatorApp: string;
  /** The failover switch's GitHub App, as the setting has it: writes variables only. */
  readonly failoverToken: string;
  /** GitHub token of the person who approves deployments. */
  readonly reviewerToken: string;
  /** GitHub token of a person who pushes commits and opens pull requests. */
  readonly developerToken: string;
  /** OpenSSH private key of the operator. */
  readonly sshPrivateKey: string;
  /** Passphrase of the stack's secrets provider. */
  readonly passphrase: string;
}

export const passphraseFile = (instance: Instance): string => path.join(instance.secrets, "passphrase");
export const reviewerTokenFile = (instance: Instance): string => path.join(instance.secrets, "github-reviewer-token");
const sshKeyFile = (instance: Instance): string => path.join(instance.secrets, "ssh-key");

function onlyOnce(file: string, make: () => string): string {
  if (!existsSync(file)) {
    writeWhole(file, make());
  }
  return readFileSync(file, "utf8");
}

function makeSshKey(file: string): void {
  const { privateKey, publicKey } = makeKeyPair("ed25519", "ghrunners-lab");
  writeWhole(`${file}.pub`, publicKey, { mode: 0o644 });
  writeWhole(file, privateKey);
}

/** A new App with a key of its own, as the configuration has it. */
function makeApp({ id, installationId }: { readonly id: number; readonly installationId: number }): string {
  const app: AppCredential = { appId: id, installationId, privateKey: makeAppKey().privateKey };
  return JSON.stringify(app);
}

/** Reads the instance's secrets; makes those that are not there yet. */
export function ensureSecrets(instance: Instance): LabSecrets {
  mkdirSync(instance.secrets, { recursive: true, mode: 0o700 });
  if (!existsSync(sshKeyFile(instance))) makeSshKey(sshKeyFile(instance));
  const secret = (name: string, make: () => string): string => onlyOnce(path.join(instance.secrets, name), make);
  const githubToken = (name: string): string => secret(name, () => `github_pat_lab_${randomBytes(24).toString("hex")}`);
  return {
    proxmoxToken: secret("proxmox-token", () => `${topology.proxmox.tokenId}=${randomUUID()}`),
    githubToken: githubToken("github-token"),
    exporterToken: githubToken("github-exporter-token"),
    operatorApp: secret("github-operator-app", () => makeApp(topology.github.apps.operator)),
    failoverToken: secret("github-failover-app", () => makeApp(topology.github.apps.failover)),
    reviewerToken: githubToken("github-reviewer-token"),
    developerToken: githubToken("github-developer-token"),
    sshPrivateKey: readFileSync(sshKeyFile(instance), "utf8"),
    passphrase: secret("passphrase", () => randomBytes(24).toString("base64url")),
  };
}

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
