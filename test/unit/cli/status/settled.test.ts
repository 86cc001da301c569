import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { settledStatusOf } from "@ghrunners/cli/status/status";
import { silentStack, standInPulumi } from "../../../support/stand-in-pulumi";

describe("the status that waits until a change is seen", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "ghr-settled-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("reads the stack's settings once, however often it looks", async () => {
    const env = standInPulumi(folder, silentStack(folder));
    const said: string[] = [];
    let looks = 0;
    await settledStatusOf(
      { name: "acme", projectRoot: folder, env },
      (line) => said.push(line),
      () => ++looks === 3,
    );

    assert.equal(readFileSync(path.join(folder, "calls"), "utf8"), "config --json --show-secrets --stack acme\n");
    assert.deepEqual([looks, said.length], [3, 1]);
  });
});
