import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Nothing answers here: each read reports that, at once. */
const nowhere = "https://127.0.0.1:9/";

/** A line of `pulumi config --json --show-secrets`. */
interface ConfigEntry {
  readonly value?: string;
  readonly objectValue?: unknown;
  readonly secret: boolean;
}

/** A complete configuration of a stack whose services do not answer. @param folder where its SSH key is made */
export function silentStack(folder: string): Record<string, ConfigEntry> {
  const key = path.join(folder, "key");
  assert.equal(spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]).status, 0);
  const objects = {
    proxmox: { endpoint: nowhere, node: "pve1", templateId: 9000 },
    github: { repository: "octo-org/demo-app", url: nowhere },
    network: { gateway: "192.0.2.1", adminCidr: "192.0.2.0/24" },
    runners: [{ role: "primary", name: "one", vmId: 151, address: "192.0.2.51" }],
    safety: {},
  };
  const secrets = {
    proxmoxToken: "pulumi@pve!ghrunners=11111111-2222-3333-4444-555555555555",
    githubToken: "github_pat_planted_value",
    sshPrivateKey: readFileSync(key, "utf8"),
  };
  return Object.fromEntries([
    ...Object.entries(objects).map(([name, value]) => [`ghrunners:${name}`, { objectValue: value, secret: false }]),
    ...Object.entries(secrets).map(([name, value]) => [`ghrunners:${name}`, { value, secret: true }]),
  ]) as Record<string, ConfigEntry>;
}

/**
 * Puts a `pulumi` into a folder that answers with this configuration and writes its arguments to the file `calls`.
 * @param cases further branches of a shell `case` on its arguments, such as `*export*) echo '{}' ;;`
 * @returns variables with which it is found
 */
export function standInPulumi(folder: string, config: object, cases = ""): { PATH: string; HERE: string } {
  writeFileSync(path.join(folder, "config.json"), JSON.stringify(config));
  const script = `#!/bin/sh
echo "$@" >>"$HERE/calls"
case "$*" in
  ${cases}
  *) cat "$HERE/config.json" ;;
esac
`;
  writeFileSync(path.join(folder, "pulumi"), script, { mode: 0o755 });
  return { PATH: `${folder}:${process.env.PATH}`, HERE: folder };
}
