import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { adminRequest } from "@ghrunners/lab/admin";
import { sha256 } from "@ghrunners/lab/github/runner-tokens";
import type { GithubSeed } from "@ghrunners/lab/github/seed";
import { ensureAuthority, ensureServerCertificate } from "@ghrunners/lab/tls";
import { until } from "@ghrunners/core/until";
import { everything, freePort, owner, repo } from "@ghrunners/lab/driver/emulator";
import { httpsFetch } from "@ghrunners/lab/driver/https-fetch";
import { projectRoot } from "@ghrunners/core/project-root";

describe("the GitHub emulator as a process", function () {
  this.timeout(60_000);
  let folder: string;
  let port: number;
  let authority: string;
  let child: ChildProcess | undefined;

  const command = (): string[] => [
    ...["--require", "tsx/cjs", "lab/github/main.ts", "--state", path.join(folder, "state")],
    ...["--listen", `127.0.0.1:${port}`, "--socket", path.join(folder, "admin.sock")],
    ...["--tls-cert", path.join(folder, "server.pem"), "--tls-key", path.join(folder, "server-key.pem")],
  ];
  const admin = async (call: string): Promise<unknown> =>
    (await adminRequest(path.join(folder, "admin.sock"), "GET", `/_lab/${call}`, undefined, 5_000)).body;
  const start = async (): Promise<void> => {
    const started = spawn(process.execPath, command(), { cwd: projectRoot, stdio: ["ignore", "ignore", "inherit"] });
    child = started;
    await until("the emulator is healthy", 20_000, async () => {
      assert.equal(started.exitCode, null, "the emulator ended");
      return ((await admin("health")) as { pid: number }).pid === started.pid;
    });
  };
  const end = async (signal: "SIGKILL" | "SIGTERM"): Promise<number | null> => {
    if (child === undefined || child.exitCode !== null) return null;
    const gone = once(child, "exit");
    child.kill(signal);
    const [code] = (await gone) as [number | null];
    child = undefined;
    return code;
  };

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "github-process-"));
    port = await freePort();
    const now = new Date();
    const ca = await ensureAuthority(path.join(folder, "ca"), now);
    const files = { certificate: path.join(folder, "server.pem"), key: path.join(folder, "server-key.pem") };
    await ensureServerCertificate(ca, files, { ips: ["127.0.0.1"], names: [] }, now);
    authority = readFileSync(ca.certificate, "utf8");
    mkdirSync(path.join(folder, "state"));
    const seed: GithubSeed = {
      owner: { login: owner, id: 1001, type: "User" },
      users: [{ login: "operator", id: 1002 }],
      repository: { id: 4711, name: repo, private: true, defaultBranch: "main" },
      publicUrl: `https://127.0.0.1:${port}`,
      workflowsDir: path.join(folder, ".github/workflows"),
      distributionsDir: path.join(folder, "distributions"),
      tokens: [{ sha256: sha256("operator-token"), login: "operator", permissions: everything }],
    };
    writeFileSync(path.join(folder, "state/seed.json"), JSON.stringify(seed));
  });
  after(async () => {
    await end("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  it("loses nothing that it acknowledged when it is killed in the middle of writes, three times", async () => {
    const acknowledged: string[] = [];
    for (const round of ["A", "B", "C"]) {
      await start();
      const agent = new https.Agent({ keepAlive: true });
      const fetch = httpsFetch(authority, agent, () => undefined);
      let stopped = false;
      const write = async (): Promise<void> => {
        for (let number = 0; !stopped && number < 5_000; number += 1) {
          const name = `${round}_${number}`;
          const response = await fetch(`https://127.0.0.1:${port}/api/v3/repos/${owner}/${repo}/actions/variables`, {
            method: "POST",
            headers: { authorization: "Bearer operator-token" },
            body: JSON.stringify({ name, value: "x" }),
          });
          if (response.status === 201) acknowledged.push(name);
        }
      };
      const writing = write().catch(() => undefined);
      const before = acknowledged.length;
      await until("some writes are acknowledged", 20_000, () => acknowledged.length > before + 20);
      await end("SIGKILL");
      stopped = true;
      await writing;
      agent.destroy();
    }
    await start();
    const state = JSON.parse(readFileSync(path.join(folder, "state/state.json"), "utf8")) as {
      variables: { name: string }[];
    };
    const kept = new Set(state.variables.map(({ name }) => name));
    assert.deepEqual(
      acknowledged.filter((name) => !kept.has(name)),
      [],
    );
    const events = (await admin("events?since=0")) as { seq: number; name?: string }[];
    assert.deepEqual(
      events.map(({ seq }) => seq),
      events.map((_event, index) => index + 1),
      "no event is lost or doubled",
    );
    assert.deepEqual(new Set(events.map(({ name }) => name)), kept);
  });

  it("keeps its administration to its owner, and ends with exit code 0 on request", async () => {
    assert.equal(statSync(path.join(folder, "admin.sock")).mode & 0o777, 0o600);
    assert.equal(await end("SIGTERM"), 0);
  });

  it("says what is missing, and how it is used", () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ["--require", "tsx/cjs", "lab/github/main.ts", ...args], {
        cwd: projectRoot,
        encoding: "utf8",
      });
    const incomplete = run("--state", folder);
    assert.equal(incomplete.status, 2);
    assert.match(incomplete.stderr, /--listen is missing.*npx tsx lab\/github\/main\.ts/s);
    const unseeded = run(
      ...command()
        .slice(3)
        .map((word) => (word === path.join(folder, "state") ? folder : word)),
    );
    assert.equal(unseeded.status, 1);
    assert.match(unseeded.stderr, /seed\.json.*lab -- up/s);
  });
});
