import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readSource } from "@ghrunners/lab/toolchain/source";
import { UNFINISHED } from "@ghrunners/lab/toolchain/ensure";
import { ensurePrometheus, prometheusSource, readPrometheus } from "@ghrunners/lab/toolchain/prometheus";
import { serveReleases, type ReleaseServer } from "../../../unit/lab/toolchain/support/releases";
import { projectRoot } from "@ghrunners/core/project-root";

const source = readSource(projectRoot);
/** Nothing listens on port 1 of loopback (tcpmux). */
const nowhere = "http://127.0.0.1:1";

/** Where the toolchain's parts come from on machines unlike this one; each in a process of its own, on empty caches. */
describe("toolchain: obtained", function () {
  this.timeout(120_000);
  let folder: string;
  let server: ReleaseServer | undefined;

  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "ghr-obtain-"))));
  afterEach(async () => {
    await server?.close();
    server = undefined;
    // A compiler that was started by an ended run may still write a last file.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  const cache = (): string => path.join(folder, "cache");

  /** A `go` of our own, first on a PATH that has no other. Without text there is none. */
  function goOnPath(script?: string): string {
    const bin = path.join(folder, "bin");
    mkdirSync(bin, { recursive: true });
    if (script !== undefined) {
      writeFileSync(path.join(bin, "go"), `#!/bin/sh\n${script}\n`);
      chmodSync(path.join(bin, "go"), 0o755);
    }
    return `${bin}:${path.dirname(process.execPath)}:/usr/bin:/bin`;
  }

  async function ensure(releases: string, env: NodeJS.ProcessEnv): Promise<{ code: number; out: string; err: string }> {
    const worker = path.join(projectRoot, "test/unit/lab/toolchain/support/ensure.ts");
    // The server of releases answers from this process, so the worker must not block it.
    const child = spawn(process.execPath, ["--require", "tsx/cjs", worker, cache(), releases], {
      cwd: projectRoot,
      env: { HOME: folder, PATH: goOnPath(), ...env },
    });
    const text = { out: "", err: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text.out += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (text.err += chunk));
    const code = await new Promise<number>((resolve) => child.once("close", (ended) => resolve(ended ?? -1)));
    return { code, ...text };
  }

  /** What a run left in the cache that a next run would take for complete. */
  const complete = (): string[] =>
    readdirSync(path.join(cache(), "parts")).filter((name) => !name.endsWith(UNFINISHED));

  it("official releases are downloaded, checked and put where the engine looks", async () => {
    server = await serveReleases(source.parts);
    const { code, out, err } = await ensure(server.base, {});
    assert.equal(code, 0, out + err);
    const turns = [...err.matchAll(/: part (\d+) of (\d+) that are missing: downloading (\S+) \S+$/gm)];
    const all = String(source.parts.length);
    assert.deepEqual(
      turns.map(([, turn, count, name]) => [turn, count, name]),
      source.parts.map(({ name }, index) => [String(index + 1), all, name]),
    );
    const origins = new Map(JSON.parse(out) as [string, string][]);
    for (const { name } of source.parts) assert.equal(origins.get(name), "downloaded", name);
    for (const part of source.parts) {
      const at = path.join(cache(), source.key);
      const file =
        part.place === "cli"
          ? path.join(at, "bin", part.binary)
          : path.join(at, "home", "plugins", `resource-${part.name}-v${part.version}`, part.binary);
      assert.match(readFileSync(file, "utf8"), new RegExp(`official ${part.name} v${part.version}`));
      assert.ok((statSync(file).mode & 0o111) !== 0, `${file} is not executable`);
    }
    const before = server.asked.length;
    assert.equal((await ensure(server.base, {})).code, 0);
    assert.equal(server.asked.length, before, "the second run asked for something");
  });

  it("Prometheus 3 is downloaded for the tests that ask for it, and kept", async () => {
    const wanted = prometheusSource();
    server = await serveReleases(wanted.parts);
    assert.equal(readPrometheus(wanted, cache()), undefined);
    const made = await ensurePrometheus({ cache: cache(), releases: server.base, say: () => undefined });
    for (const { name, version, origin, path: file } of made) {
      assert.equal(origin, "downloaded");
      assert.match(readFileSync(file, "utf8"), new RegExp(`official ${name} v${version}`));
    }
    const before = server.asked.length;
    assert.deepEqual(await ensurePrometheus({ cache: cache(), releases: server.base }), made);
    assert.deepEqual(readPrometheus(wanted, cache()), made);
    assert.equal(server.asked.length, before, "the second run asked for something");
  });

  it("an archive that is not what the checksum file says is refused", async () => {
    server = await serveReleases(source.parts, { spoiled: "random" });
    const { code, out, err } = await ensure(server.base, {});
    assert.equal(code, 1);
    assert.match(err, /no official random \S+: \S+ has SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}; building it/);
    assert.match(out, /^ToolchainError: Go was not found on PATH\. Expected Go \d.*npm run toolchain -- ensure$/);
    assert.deepEqual(
      complete().filter((name) => name.startsWith("random-")),
      [],
    );
    assert.ok(
      complete().some((name) => name.startsWith("pulumi-")),
      "what was fine is kept",
    );
  });

  it("a part without a release is built, the others are downloaded", async () => {
    server = await serveReleases(source.parts, { missing: "command" });
    const { out, err } = await ensure(server.base, {});
    assert.match(err, /no official command \S+: \S+ answered 404; building it/);
    assert.match(out, /Go was not found/);
    const again = await ensure(server.base, {});
    assert.match(
      again.err,
      new RegExp(`part 1 of ${source.parts.length - complete().length} that are missing: building command \\S+ `),
      "what the first run finished is counted again",
    );
  });

  it("releases out of reach are reported once, after one probe, and a missing Go with what to do", async () => {
    const { code, out, err } = await ensure(nowhere, {});
    assert.equal(code, 1);
    assert.equal(err.match(/out of reach/g)?.length, 1, err);
    assert.match(out, /^ToolchainError: Go was not found on PATH\. Expected Go \S+ or newer.*https:\/\/go\.dev\/dl\//);
    assert.deepEqual(complete(), []);
    assert.ok(!readdirSync(cache()).includes("lock"), "the lock is left");
  });

  it("a Go that is too old is refused, with the version that is needed", async () => {
    const old = await ensure(nowhere, { PATH: goOnPath("echo go1.20.3") });
    assert.match(old.out, /^ToolchainError: Go is too old: saw 1\.20\.3, expected \d\S* or newer\. Install it/);
    // So speaks Go itself when GOTOOLCHAIN=local keeps it from fetching a newer one.
    const words = "go: go.mod requires go >= 1.99 (running go 1.21.0; GOTOOLCHAIN=local)";
    const local = await ensure(nowhere, { PATH: goOnPath(`echo '${words}' >&2; exit 1`) });
    assert.match(local.out, /Go is too old: saw 1\.21\.0, expected/);
  });

  it("without a network and with empty Go caches, the error says that the module proxy is out of reach", async () => {
    const go = (process.env.PATH ?? "").split(":").find((at) => at !== "" && readdir(at).includes("go"));
    assert.ok(go, "this test needs Go on PATH");
    const { code, out } = await ensure(nowhere, {
      PATH: `${go}:${goOnPath()}`,
      GOPROXY: "off",
      GOFLAGS: "-modcacherw",
      GOMODCACHE: path.join(folder, "modules"),
      GOCACHE: path.join(folder, "build"),
      GOTOOLCHAIN: "local",
    });
    assert.equal(code, 1);
    assert.match(out, /^ToolchainError: The Go modules of pulumi could not be fetched from off: /);
    assert.match(out, /GOPROXY.*then run: npm run toolchain -- ensure$/s);
    assert.deepEqual(complete(), []);
  });

  function readdir(at: string): string[] {
    try {
      return readdirSync(at);
    } catch {
      return [];
    }
  }
});
