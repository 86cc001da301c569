import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";

/**
 * Takes the digest of a file that becomes something else between the agent's look and its opening. Prints the refusal.
 */
const look = `
require("tsx/cjs");
const fs = require("node:fs");
const { execFileSync } = require("node:child_process");
const { digestOfPath } = require("./packages/deploy/target/path-before.ts");
const [, kind, file] = process.argv;
const others = {
  "another file": () => fs.writeFileSync(file, "another"),
  "a link": () => fs.symlinkSync("/dev/zero", file),
  "a pipe": () => execFileSync("mkfifo", [file]),
};
fs.writeFileSync(file, "the file");
const open = fs.openSync;
fs.openSync = (...args) => {
  fs.openSync = open;
  fs.renameSync(file, file + ".before");
  others[kind]();
  return open(...args);
};
try {
  console.log("digest: " + digestOfPath(file));
} catch (error) {
  console.log(error.message);
}
`;

/** A process of its own: an agent that waits for the pipe's writer waits without end. */
function refusalOf(kind: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "ghr-exchanged-"));
  try {
    const { signal, stdout, stderr } = spawnSync(process.execPath, ["-e", look, kind, path.join(folder, "path")], {
      cwd: projectRoot,
      encoding: "utf8",
      timeout: 30_000,
    });
    assert.equal(signal, null, `it waits for ${kind}`);
    assert.equal(stderr, "");
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("a path that another user exchanges while the agent looks at it", () => {
  it("is not waited for and not followed", () => {
    assert.match(refusalOf("another file"), /was exchanged while it was read/);
    assert.match(refusalOf("a pipe"), /was exchanged while it was read/);
    assert.match(refusalOf("a link"), /ELOOP/);
  });
});
