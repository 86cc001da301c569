import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseConfiguration, type RawConfiguration } from "@ghrunners/config/parse";

/** A key pair made for this run, so that the repository contains no key. */
export function makeKey(passphrase = ""): { privateKey: string; publicKey: string } {
  const folder = mkdtempSync(path.join(tmpdir(), "ghrunners-key-"));
  try {
    const file = path.join(folder, "key");
    const made = spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", "", "-f", file]);
    assert.equal(made.status, 0, String(made.stderr));
    return { privateKey: readFileSync(file, "utf8"), publicKey: readFileSync(`${file}.pub`, "utf8").trim() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const key = makeKey();

export const secrets = {
  proxmoxToken: "pulumi@pve!ghrunners=11111111-2222-3333-4444-555555555555",
  githubToken: "github_pat_planted_value",
  sshPrivateKey: key.privateKey,
};

export const good: Record<string, unknown> = {
  proxmox: { endpoint: "https://pve.example:8006/", node: "pve1", templateId: 9000 },
  github: { repository: "octo-org/demo-app" },
  network: { gateway: "192.0.2.1", adminCidr: "192.0.2.0/24" },
  runners: [
    { role: "primary", name: "one", vmId: 151, address: "192.0.2.51" },
    { role: "secondary", name: "two", vmId: 152, address: "192.0.2.52" },
  ],
};

export function raw(changes: Record<string, unknown> = {}, asSecrets = Object.keys(secrets)): RawConfiguration {
  const merged: Record<string, unknown> = { ...good, ...secrets, ...changes };
  const values = Object.entries(merged).filter(([, value]) => value !== undefined);
  return {
    stack: "test",
    values: Object.fromEntries(
      values.map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
    ),
    secrets: asSecrets,
  };
}

export function problemsOf(changes: Record<string, unknown>): { path: string; seen: string; allowed: string }[] {
  const result = parseConfiguration(raw(changes));
  return "problems" in result ? [...result.problems] : [];
}

export const patched = (group: string, change: Record<string, unknown>): Record<string, unknown> => ({
  [group]: { ...(good[group] as object), ...change },
});

export const runners = (...changes: Record<string, unknown>[]): Record<string, unknown> => ({
  runners: (good["runners"] as object[]).map((runner, index) => ({ ...runner, ...changes[index] })),
});
