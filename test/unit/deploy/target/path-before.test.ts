import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOfPath } from "@ghrunners/deploy/target/path-before";

describe("the digest of a path", () => {
  it("is given up for a file that takes too long to read: the application may make one of any size", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "ghr-digest-"));
    try {
      const file = path.join(folder, "sparse");
      writeFileSync(file, "");
      truncateSync(file, 2 ** 43);
      assert.throws(() => digestOfPath(file, 50), /sparse could not be read within 0\.05 s/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
