import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { nodeLine } from "@ghrunners/core/node-line";
import { runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { until } from "@ghrunners/core/until";
import { privateKey } from "../../support/private-key";
import { pulumiSaid as said } from "../../support/pulumi-said";

/** A complete configuration as `pulumi config --json` prints it; no GitHub answers at its address. */
const configuration = (more: Readonly<Record<string, unknown>> = {}): string => {
  const secrets = {
    proxmoxToken: "pulumi@pve!ghrunners=11111111-2222-3333-4444-555555555555",
    githubToken: "github_pat_of_this_test",
    sshPrivateKey: privateKey(),
  };
  const settings = {
    proxmox: { endpoint: "https://pve.example:8006/", node: "pve1", templateId: 9000 },
    github: { url: "https://127.0.0.1:1", repository: "octo-org/demo-app" },
    network: { gateway: "192.0.2.1", adminCidr: "192.0.2.0/24" },
    runners: [
      { role: "primary", name: "one", vmId: 151, address: "192.0.2.51" },
      { role: "secondary", name: "two", vmId: 152, address: "192.0.2.52" },
    ],
    ...more,
  };
  return JSON.stringify(
    Object.fromEntries([
      ...Object.entries(secrets).map(([key, value]) => [`ghrunners:${key}`, { value, secret: true }]),
      ...Object.entries(settings).map(([key, objectValue]) => [`ghrunners:${key}`, { objectValue, secret: false }]),
    ]),
  );
};

describe("a ghrunners command without what it needs", function () {
  this.timeout(30_000);
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), "ghr-no-pulumi-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A program `pulumi` on the command's PATH. */
  function fake(script: string): NodeJS.ProcessEnv {
    writeFileSync(path.join(folder, "pulumi"), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(folder, "pulumi"), 0o700);
    return { PATH: `${folder}:/usr/bin:/bin`, HOME: folder, NO_COLOR: "1" };
  }
  const run = (env: NodeJS.ProcessEnv, ...args: string[]) =>
    runProcess(nodeLine("packages/cli/main.ts", ...args), { cwd: projectRoot, env });

  /** What a command printed that got Ctrl-C, as a terminal sends it, once these words were there; then its exit code. */
  async function afterCtrlC(env: NodeJS.ProcessEnv, words: string, ...args: string[]): Promise<string> {
    const script = 'set -m; "$@" & echo "pid $!"; wait $!; echo "code $?"';
    const log = path.join(folder, "log");
    const line = ["bash", "-c", `exec >${log} 2>&1; ${script}`, "bash", ...nodeLine("packages/cli/main.ts", ...args)];
    const running = runProcess(line, { cwd: projectRoot, env });
    const text = await until(`it says ${words}`, 20_000, () => {
      const now = readFileSync(log, "utf8");
      return now.includes(words) ? now : undefined;
    });
    process.kill(-Number(/pid (\d+)/.exec(text)?.[1]), "SIGINT");
    await running;
    return readFileSync(log, "utf8");
  }

  it("says that there is no pulumi, and where to get it", async () => {
    const { code, stderr } = await run({ PATH: folder, HOME: folder, NO_COLOR: "1" }, "status");
    assert.deepEqual([code, /There is no pulumi on PATH.*Next: install it/.test(stderr)], [1, true], stderr);
  });

  it("asks for a login, also where no stack was named", async () => {
    for (const args of [["status"], ["gate", "--stack", "acme"]]) {
      const { code, stderr } = await run(fake(`printf '%s' '${said.login}' >&2; exit 1`), ...args);
      assert.deepEqual([code, /Pulumi is not logged in.*Next: pulumi login/.test(stderr)], [1, true], stderr);
    }
  });

  it("says how a stack is named when none is chosen", async () => {
    const { code, stderr } = await run(fake(`cat >&2 <<'END'\n${said.selected}END\nexit 255`), "drift");
    assert.equal(code, 1);
    assert.match(stderr, /No stack is selected.*Next: pulumi stack ls, then run the same command with --stack NAME/);
  });

  it("lists every setting that an empty stack lacks, with commands for that stack", async () => {
    const { code, stderr } = await run(fake("echo '{}'"), "status", "--stack", "acme");
    assert.equal(code, 1);
    assert.match(stderr, /The configuration of stack "acme" has \d+ problems/);
    const next = stderr.split("\n").filter((line) => line.includes("next:"));
    assert.ok(next.length > 8, stderr);
    for (const line of next) assert.match(line, /pulumi config set --stack acme /);
  });

  it("promotes no stack that gives or asks no proof, and changes nothing", async () => {
    writeFileSync(path.join(folder, "config.json"), configuration());
    const env = fake(`case "$1" in config) cat ${folder}/config.json;; *) echo "$1 runs" >&2;; esac`);
    const asked = { staging: /proves nothing/, production: /asks no proof/ };
    for (const [part, words] of Object.entries(asked)) {
      const { code, stderr } = await run(env, "promote", part, "--stack", "acme");
      assert.equal(code, 1, stderr);
      assert.match(stderr, words);
      assert.match(stderr, /Next: pulumi config set --stack acme --path 'ghrunners:promotion\.\w+' /);
      assert.match(stderr, /: pulumi up --stack acme\n/);
      assert.doesNotMatch(stderr, /(up|preview) runs/);
    }
  });

  it("ends with 130 and says so when Ctrl-C ends pulumi up", async () => {
    // Staging's update: the engine hears the terminal's signal too, and ends with its own failure.
    writeFileSync(path.join(folder, "config.json"), configuration({ promotion: { prove: true } }));
    const env = fake(
      `case "$1" in up) echo up-runs; trap "exit 1" INT; while :; do sleep 0.1; done;; *) cat ${folder}/config.json;; esac`,
    );
    const ended = await afterCtrlC(env, "up-runs", "promote", "staging", "--stack", "staging");
    assert.match(ended, /Interrupted: pulumi up.* was ended by Ctrl-C\. Run the same command to resume\./);
    assert.match(ended, /^code 130$/m);
    assert.doesNotMatch(ended, /failed/);
  });

  it("ends with 130 when Ctrl-C ends a watch, which clears nothing where there is no terminal", async () => {
    writeFileSync(path.join(folder, "config.json"), configuration());
    const env = fake(`cat ${folder}/config.json`);
    const ended = await afterCtrlC(env, "Ctrl-C ends it.", "status", "--stack", "acme", "--watch");
    assert.match(ended, /Runners \(GitHub\)[^]*again every 30 s\. Ctrl-C ends it\.\n(\[1\].*\n)?code 130\n$/);
    assert.ok(!ended.includes("\x1b"), "there are control characters");
  });
});
