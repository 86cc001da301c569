import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { journalFile, writeJournal } from "@ghrunners/cli/rotate/journal";
import { promotionFolder, writeRecord } from "@ghrunners/cli/promote/store";
import type { PromotionRecord } from "@ghrunners/cli/promote/record";
import { nodeLine } from "@ghrunners/core/node-line";
import { runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { bundleExporter } from "@ghrunners/exporter/bundle";

/** A home in which nobody can make anything, not even root: a file is in its place. */
describe("a home that cannot be written", () => {
  let folder: string;
  let home: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-home-"));
    home = path.join(folder, "home");
    writeFileSync(home, "");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const words = (variable: string): RegExp =>
    new RegExp(
      `The folder ${home}/\\S+ cannot be written: ENOTDIR.*Expected a home \\(HOME\\).*Next: export ${variable}=FOLDER, then`,
    );

  it("is named by npm start, with what comes next", async () => {
    const { code, stderr } = await runProcess(nodeLine("lab/start.ts"), {
      cwd: projectRoot,
      env: { PATH: process.env.PATH, HOME: home, GHRUNNERS_LAB: "nohome", NO_COLOR: "1" },
    });
    assert.equal(code, 1);
    assert.match(stderr, words("XDG_CACHE_HOME"));
  });

  it("is named by pulumi up, for the exporter's program", async () => {
    await assert.rejects(bundleExporter("runner", path.join(home, ".cache")), words("XDG_CACHE_HOME"));
  });

  it("is named by a rotation and by a promotion", () => {
    const file = journalFile({ name: "acme", env: { HOME: home } }, "deployKey");
    const journal = { privateKey: "not a key", published: false, proven: false };
    assert.throws(() => writeJournal(file, journal), words("GHRUNNERS_STATE"));
    const records = promotionFolder({ HOME: home });
    assert.throws(() => writeRecord(records, { id: "one" } as PromotionRecord), words("GHRUNNERS_PROMOTIONS"));
  });
}).timeout(30_000);
