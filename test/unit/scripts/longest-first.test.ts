import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { longestFirst, readDurations, recordDurations } from "../../support/longest-first";

describe("the order in which labs take the rehearsal's files", () => {
  it("begins with files of which nothing is known, then the longest", () => {
    const durations = { short: 1, long: 9, middle: 5 };
    assert.deepEqual(longestFirst(["short", "new", "long", "newer", "middle"], durations), [
      ...["new", "newer", "long", "middle", "short"],
    ]);
  });

  it("is by name on a machine that has never run the files", () => {
    assert.deepEqual(longestFirst(["alerts", "drift", "job"], {}), ["alerts", "drift", "job"]);
  });

  describe("is learned from the runs before", () => {
    let folder: string;
    let file: string;
    beforeEach(() => {
      folder = mkdtempSync(path.join(tmpdir(), "ghr-durations-"));
      file = path.join(folder, "durations.json");
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it("which add up what the tests of a file took, and keep what is known of the others", () => {
      assert.deepEqual(readDurations(file), {});
      recordDurations([{ file: "other", title: "x", milliseconds: 4 }], file);
      const titles = ["x", "y"];
      recordDurations(
        titles.map((title) => ({ file: "one", title, milliseconds: 7 })),
        file,
      );
      assert.deepEqual(readDurations(file), { other: 4, one: 14 });
    });

    it("and a record of them that cannot be read is as none", () => {
      writeFileSync(file, "{");
      assert.deepEqual(readDurations(file), {});
    });
  });
});
