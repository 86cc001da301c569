import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { temporaryFor, removeTemporaries, writeWhole } from "@ghrunners/core/whole-file";

describe("writing a file whole or not at all", () => {
  let folder: string;
  const modeOf = (file: string): number => statSync(file).mode & 0o777;

  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "whole-file-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("makes the folder, and the file for its owner alone", () => {
    const file = path.join(folder, "a/b.json");
    writeWhole(file, "{}");
    assert.deepEqual([readFileSync(file, "utf8"), modeOf(file)], ["{}", 0o600]);
  });

  it("gives the file the mode, whatever the umask and the mode of the file before", () => {
    const file = path.join(folder, "page.html");
    const before = process.umask(0o077);
    try {
      writeWhole(file, "one", { mode: 0o755 });
      writeWhole(file, new Uint8Array([50]), { mode: 0o644, flush: false });
    } finally {
      process.umask(before);
    }
    assert.deepEqual([readFileSync(file, "utf8"), modeOf(file)], ["2", 0o644]);
  });

  it("keeps what was there, and leaves nothing beside it, if it cannot be written", () => {
    const file = path.join(folder, "state");
    mkdirSync(path.join(file, "in-its-place"), { recursive: true });
    assert.throws(() => writeWhole(file, "new"), /EISDIR|ENOTEMPTY|EEXIST/);
    assert.deepEqual(readdirSync(folder), ["state"]);
  });

  it("finds what a killed process left, and no other file's", () => {
    const file = path.join(folder, "state.json");
    writeFileSync(temporaryFor(file), "half");
    writeFileSync(temporaryFor(path.join(folder, "other.json")), "half");
    removeTemporaries(file);
    assert.equal(readdirSync(folder).length, 1);
  });

  it("enters no folder that has a temporary file's name: its owner could exchange that for a link meanwhile", () => {
    const file = path.join(folder, "state.json");
    const theirs = temporaryFor(file);
    mkdirSync(path.join(theirs, "inner"), { recursive: true });
    writeWhole(file, "new");
    removeTemporaries(file);
    assert.deepEqual([readFileSync(file, "utf8"), readdirSync(theirs)], ["new", ["inner"]]);
  });
});
