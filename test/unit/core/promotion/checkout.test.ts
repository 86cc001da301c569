import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readCheckout } from "@ghrunners/core/promotion/checkout";

describe("the checkout", () => {
  let folder: string;
  const git = (...args: string[]): string => {
    const person = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
    const run = spawnSync("git", [...person, ...args], { cwd: folder, encoding: "utf8" });
    assert.equal(run.status, 0, run.stderr);
    return run.stdout.trim();
  };
  const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-checkout-"));
    git("init", "--quiet");
    write("index.ts", "one\n");
    write("Pulumi.staging.yaml", "config: {}\n");
    git("add", ".");
    git("commit", "--quiet", "--message", "first");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is known by its commit", () => {
    write("untracked.txt", "x");
    assert.deepEqual(readCheckout(folder), { id: git("rev-parse", "HEAD"), changed: [] });
  });

  it("has a mark while tracked files are changed, another one for another change", () => {
    write("index.ts", "two\n");
    const { id, changed } = readCheckout(folder);
    assert.match(id, /^[0-9a-f]{40}\+[0-9a-f]{12}$/);
    assert.deepEqual(changed, ["index.ts"]);
    write("index.ts", "three\n");
    assert.notEqual(readCheckout(folder).id, id);
    write("index.ts", "two\n");
    assert.equal(readCheckout(folder).id, id);
  });

  it("names a changed stack file, which is no part of its mark", () => {
    write("Pulumi.staging.yaml", "config: { a: b }\n");
    assert.deepEqual(readCheckout(folder), { id: git("rev-parse", "HEAD"), changed: ["Pulumi.staging.yaml"] });
  });

  it("has to be a git checkout", () => {
    rmSync(path.join(folder, ".git"), { recursive: true });
    assert.throws(() => readCheckout(folder), /Expected a git checkout.*Next: clone/);
  });
});
