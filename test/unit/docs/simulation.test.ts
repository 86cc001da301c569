import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { revertedFixes } from "@ghrunners/lab/simulation/reverted-fixes";

describe("docs/explanation/simulation.md", () => {
  it("names the faults and seeds of the fixes that --reverted reverts, in its order and words", () => {
    const page = readFileSync(path.join(projectRoot, "docs/explanation/simulation.md"), "utf8");
    const [, table = ""] = page.split("| fault when the fix is reverted | found with seed |\n|---|---|\n");
    const rows = table.slice(0, table.indexOf("\n\n")).split("\n");
    assert.deepEqual(
      rows,
      revertedFixes.map(({ fault, seed }) => `| ${fault} | ${seed} |`),
    );
  });
});
