import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ConsoleSnapshot } from "@ghrunners/cli/console/snapshot";
import { nodeLine } from "@ghrunners/core/node-line";
import { projectRoot } from "@ghrunners/core/project-root";
import { until } from "@ghrunners/core/until";

/** Nothing answers here. */
const nowhere = "https://127.0.0.1:9/";

describe("ghrunners console", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(path.join(tmpdir(), "ghr-console-"));
  let child: ChildProcess;
  let out = "";

  before(() => {
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
    writeFileSync(path.join(folder, "pulumi"), '#!/bin/sh\ncat "$HERE/config.json"\n', { mode: 0o755 });
    const [node = "", ...args] = nodeLine("packages/cli/main.ts", "console", "--stack", "acme", "--json");
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, HERE: folder };
    child = spawn(node, args, { cwd: projectRoot, env, stdio: ["ignore", "pipe", "inherit"] });
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (out += text));
  });
  after(() => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  it("tells its address, serves the stack without a secret, and ends by Ctrl-C", async () => {
    const said = await until("it tells its address", 30_000, () =>
      out.endsWith("}\n") ? (JSON.parse(out) as { version: number; stack: string; url: string }) : undefined,
    );
    assert.deepEqual([said.version, said.stack], [1, "acme"]);
    assert.match(said.url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    assert.match(await (await fetch(said.url)).text(), /<title>acme: GitHub runners<\/title>/);
    const text = await until("the status was read", 20_000, async () => {
      const body = await (await fetch(new URL("/api/snapshot", said.url))).text();
      return (JSON.parse(body) as ConsoleSnapshot).status.state === "read" ? body : undefined;
    });
    assert.match(text, /Proxmox VE cannot be read/);
    assert.doesNotMatch(text, /planted|11111111-2222|OPENSSH/);
    child.kill("SIGINT");
    assert.deepEqual(await once(child, "exit"), [0, null]);
  });

  it("says a wrong port plainly", () => {
    const [node = "", ...args] = nodeLine("packages/cli/main.ts", "console", "--port", "99999");
    const { status, stderr } = spawnSync(node, args, { cwd: projectRoot, encoding: "utf8" });
    assert.equal(status, 2);
    assert.match(stderr, /Expected a port from 1 to 65535/);
  });
});
