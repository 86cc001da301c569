import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { settledStatusOf } from "@ghrunners/cli/status/status";

/** Nothing answers here: each look reports that, at once. */
const nowhere = "https://127.0.0.1:9/";

describe("the status that waits until a change is seen", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "ghr-settled-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("reads the stack's settings once, however often it looks", async () => {
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
    const config: unknown = Object.fromEntries([
      ...Object.entries(objects).map(([name, value]) => [`ghrunners:${name}`, { objectValue: value, secret: false }]),
      ...Object.entries(secrets).map(([name, value]) => [`ghrunners:${name}`, { value, secret: true }]),
    ]);
    writeFileSync(path.join(folder, "config.json"), JSON.stringify(config));
    const pulumi = '#!/bin/sh\necho "$@" >>"$HERE/calls"\ncat "$HERE/config.json"\n';
    writeFileSync(path.join(folder, "pulumi"), pulumi, { mode: 0o755 });

    const env = { PATH: `${folder}:${process.env.PATH}`, HERE: folder };
    const said: string[] = [];
    let looks = 0;
    await settledStatusOf(
      { name: "acme", projectRoot: folder, env },
      (line) => said.push(line),
      () => ++looks === 3,
    );

    assert.equal(readFileSync(path.join(folder, "calls"), "utf8"), "config --json --show-secrets --stack acme\n");
    assert.deepEqual([looks, said.length], [3, 1]);
  });
});
