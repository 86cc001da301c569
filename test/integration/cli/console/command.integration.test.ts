import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ConsoleSnapshot } from "@ghrunners/cli/console/snapshot";
import { nodeLine } from "@ghrunners/core/node-line";
import { projectRoot } from "@ghrunners/core/project-root";
import { until } from "@ghrunners/core/until";
import { silentStack, standInPulumi } from "../../../support/stand-in-pulumi";

describe("ghrunners console", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(path.join(tmpdir(), "ghr-console-"));
  let child: ChildProcess;
  let out = "";

  before(() => {
    const [node = "", ...args] = nodeLine("packages/cli/main.ts", "console", "--stack", "acme", "--json");
    const env = { ...process.env, ...standInPulumi(folder, silentStack(folder)) };
    child = spawn(node, args, { cwd: projectRoot, env, stdio: ["ignore", "pipe", "inherit"] });
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (out += text));
  });
  after(() => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  it("prints its address, serves the stack without a secret, and ends by Ctrl-C", async () => {
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

  it("refuses a wrong port with the reason", () => {
    const [node = "", ...args] = nodeLine("packages/cli/main.ts", "console", "--port", "99999");
    const { status, stderr } = spawnSync(node, args, { cwd: projectRoot, encoding: "utf8" });
    assert.equal(status, 2);
    assert.match(stderr, /Expected a port from 1 to 65535/);
  });
});
