import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";

/** Puts a file, a pipe and a link at one path in turn, as fast as it can. */
const exchange = `
import os, sys
os.chdir(sys.argv[1])
open("a-file", "w").close()
os.mkfifo("a-pipe")
os.symlink("/dev/zero", "a-link")
while True:
    for kind in ("a-file", "a-pipe", "a-link"):
        os.link(kind, "next", follow_symlinks=False)
        os.rename("next", "path")
`;

/** Takes the digest of that path again and again, until it was exchanged in between, and tells how often it was what. */
const look = `
require("tsx/cjs");
const { digestOfPath } = require("./packages/deploy/target/path-before.ts");
const seen = {};
const met = () => (seen["was exchanged"] ?? 0) + (seen.ELOOP ?? 0) > 0;
for (const end = Date.now() + 30_000; Date.now() < end && !met(); ) {
  let what;
  try {
    what = (digestOfPath(process.argv[1]) ?? "nothing").split(" ")[0];
  } catch (error) {
    what = /was exchanged|ELOOP|EINVAL/.exec(error.message)?.[0] ?? error.message;
  }
  seen[what] = (seen[what] ?? 0) + 1;
}
console.log(JSON.stringify(seen));
`;

describe("a path that another user exchanges while the agent looks at it", function () {
  this.timeout(60_000);

  it("is not waited for and not followed", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "ghr-exchanged-"));
    const other = spawn("python3", ["-c", exchange, folder], { stdio: "ignore" });
    try {
      const { signal, stdout, stderr } = spawnSync(process.execPath, ["-e", look, path.join(folder, "path")], {
        cwd: projectRoot,
        encoding: "utf8",
        timeout: 40_000,
      });
      assert.equal(signal, null, "it waits");
      const seen = JSON.parse(stdout || JSON.stringify({ failed: stderr })) as Record<string, number>;
      const known = ["file", "special", "link", "nothing", "was exchanged", "ELOOP", "EINVAL"];
      assert.deepEqual(
        Object.keys(seen).filter((what) => !known.includes(what)),
        [],
      );
      assert.ok((seen["was exchanged"] ?? 0) + (seen["ELOOP"] ?? 0) > 0, `the race was met: ${JSON.stringify(seen)}`);
    } finally {
      other.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
