import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { baseFolders } from "@ghrunners/lab/instance";
import { inUse, namedHere, remove, superfluous } from "@ghrunners/lab/prune";
import { projectRoot } from "@ghrunners/core/project-root";

const key = (digit: string): string => digit.repeat(16);

describe("what can go from the cache", () => {
  const around = mkdtempSync(path.join(tmpdir(), "ghr-prune-"));
  const base = { cache: path.join(around, "cache"), state: path.join(around, "state") };
  after(() => rmSync(around, { recursive: true }));

  function entry(room: string, name: string, hoursOld = 2): string {
    const folder = path.join(base.cache, room, name);
    mkdirSync(path.join(folder, "root"), { recursive: true });
    writeFileSync(path.join(folder, "root", "file"), "x".repeat(10_000));
    const at = Date.now() / 1000 - hoursOld * 3600;
    utimesSync(folder, at, at);
    return folder;
  }

  it("is removed if it is old and neither named nor used by a lab or process; entries without a key stay", () => {
    const old = [entry("machine-template", key("a")), entry("toolchain/parts", `pulumi-3.259.0-${key("b")}`)];
    const named = entry("machine-template", key("c"));
    const [ofLab, ofMachine] = [entry("machine-template", key("d")), entry("machine-template", key("e"))];
    const releases = entry("runner-distribution", key("f"));
    const others = [entry("machine-template", key("1"), 0.5), entry("toolchain", "lock"), entry("openapi", key("2"))];
    mkdirSync(path.join(base.state, "lab", "machines", "151"), { recursive: true });
    mkdirSync(path.join(base.state, "lab", "github"));
    symlinkSync(path.join(ofLab, "root"), path.join(base.state, "lab", "machines", "template"));
    symlinkSync(path.join(ofMachine, "root"), path.join(base.state, "lab", "machines", "151", "template"));
    writeFileSync(path.join(base.state, "lab", "github", "seed.json"), JSON.stringify({ distributionsDir: releases }));

    const entries = superfluous(base, [named]);
    assert.deepEqual(entries.map(({ folder }) => folder).sort(), old.sort());
    assert.ok(entries.every(({ bytes }) => bytes >= 8_192));
    remove(entries);
    for (const folder of old) assert.ok(!existsSync(folder));
    for (const folder of [named, ofLab, ofMachine, releases, ...others]) assert.ok(existsSync(folder), folder);
  });

  it("knows the programs that run", () => assert.ok(inUse(base.state).includes(process.execPath)));

  it("leaves this checkout's own entries, by the names under which they are made", () => {
    const { cache } = baseFolders();
    const named = namedHere(cache, projectRoot);
    const rooms = named.map((folder) => path.relative(cache, path.dirname(folder)));
    assert.ok(named.some((folder) => path.basename(folder).startsWith("promtool-3.")));
    for (const room of ["runner-distribution", "toolchain", "toolchain/parts"]) assert.ok(rooms.includes(room), room);
  });
});
