import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { scriptPath } from "@ghrunners/lab/machines/script";
import { runProcess } from "@ghrunners/core/process";

describe("the host's limit on inotify instances", () => {
  const root = mkdtempSync(path.join(tmpdir(), "ghr-inotify-"));
  const limit = path.join(root, "proc/sys/fs/inotify/max_user_instances");
  const namespace = (name: string): string => path.join(root, "run/netns", name);
  before(() => {
    mkdirSync(path.dirname(limit), { recursive: true });
    mkdirSync(namespace("ghr-lab"), { recursive: true });
  });
  after(() => rmSync(root, { recursive: true }));

  async function valueAfter(verb: "raise" | "restore"): Promise<string> {
    const { code, all } = await runProcess([scriptPath("inotify"), verb, root], { cwd: root, env: process.env });
    assert.equal(code, 0, all);
    return readFileSync(limit, "utf8").trim();
  }
  const set = (value: string): void => writeFileSync(limit, `${value}\n`);

  it("is raised with the first lab, and put back with the last one", async () => {
    set("128");
    assert.equal(await valueAfter("raise"), "1024");
    mkdirSync(namespace("ghr-test"));
    assert.equal(await valueAfter("raise"), "1024");
    rmSync(namespace("ghr-lab"), { recursive: true });
    assert.equal(await valueAfter("restore"), "1024", "the other lab still needs it");
    rmSync(namespace("ghr-test"), { recursive: true });
    assert.equal(await valueAfter("restore"), "128");
    assert.equal(await valueAfter("restore"), "128");
  });

  it("is left alone if it is high enough, or if another process has set it meanwhile", async () => {
    set("8192");
    assert.equal(await valueAfter("raise"), "8192");
    assert.equal(await valueAfter("restore"), "8192");
    set("128");
    await valueAfter("raise");
    set("4096");
    assert.equal(await valueAfter("restore"), "4096");
    set("256");
    assert.equal(await valueAfter("restore"), "256", "an old value was put back twice");
  });

  it("is raised by the next lab when the one before was killed between keeping and raising", async () => {
    set("128");
    writeFileSync(path.join(root, "run/ghrunners-inotify-limit"), "128\n");
    assert.equal(await valueAfter("raise"), "1024");
    assert.equal(await valueAfter("restore"), "128");
  });
});
