import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { UNFINISHED } from "@ghrunners/lab/toolchain/ensure";
import { readSource } from "@ghrunners/lab/toolchain/source";
import { serveReleases, type ReleaseServer } from "../../../unit/lab/toolchain/support/releases";
import { projectRoot } from "@ghrunners/core/project-root";

/** Size of every program of the fake releases. */
const programBytes = 8 * 2 ** 20;

/** A file system that is really full: a small tmpfs in a mount namespace that ends with the process. Needs root. */
describe("toolchain: a full disk", () => {
  let folder: string;
  let server: ReleaseServer;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-full-"));
    mkdirSync(path.join(folder, "cache"));
    // Executables that pack well: the archive fits, what comes out of it does not.
    server = await serveReleases(readSource(projectRoot).parts, { bytes: programBytes });
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  /** Makes the toolchain on a file system of this size, then shows what is left on it. */
  async function ensureOn(size: string): Promise<{ out: string; left: string }> {
    const script = `mount -t tmpfs -o size=${size} none "$1" && shift && "$@"; echo; echo ==; find "$CACHE" -type f -printf '%P %s\\n'`;
    const cache = path.join(folder, "cache");
    const worker = [
      process.execPath,
      "--require",
      "tsx/cjs",
      "test/unit/lab/toolchain/support/ensure.ts",
      cache,
      server.base,
    ];
    const args = ["--mount", "--propagation", "private", "sh", "-c", script, "sh", cache, ...worker];
    const child = spawn("unshare", args, {
      cwd: projectRoot,
      env: { CACHE: cache, HOME: folder, PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin:/usr/sbin:/sbin` },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    await new Promise((resolve) => child.once("close", resolve));
    const [out = "", left = ""] = text.split("\n==\n");
    assert.ok(!readFileSync("/proc/self/mountinfo", "utf8").includes(folder), "the mount is seen outside");
    return { out, left };
  }

  for (const [what, size] of [
    ["while an archive is written", "16k"],
    ["while an archive is unpacked", "4m"],
    ["in the middle of the parts", "20m"],
  ] as const) {
    it(`${what} is reported as such, and half a part is not used`, async () => {
      const { out, left } = await ensureOn(size);
      assert.match(
        out,
        /^ToolchainError: The disk of \S+ is full\. .*df -h .*XDG_CACHE_HOME.*npm run toolchain -- ensure/,
      );
      assert.doesNotMatch(left, /^lock$/m);
      const files = left.split("\n").filter((line) => line.startsWith("parts/") && !line.includes(UNFINISHED));
      const programs = files.filter((line) => !line.includes("provenance.json"));
      assert.equal(programs.length > 0, size === "20m", left);
      for (const line of programs) assert.equal(Number(line.split(" ")[1]), programBytes, line);
      assert.ok(!left.split("\n").some((file) => /^[0-9a-f]{16}\//.test(file)), "a half-made toolchain has its name");
    });
  }
});
