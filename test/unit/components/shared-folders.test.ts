import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";

/** Folders that every user of a host can write to: another user can create a known name there first. */
const SHARED = /\/run\/lock\/|\/dev\/shm\/|\/(?:var\/)?tmp\/(?!\S*X{6})/;

describe("the scripts and files that are sent to hosts", () => {
  const tracked = execFileSync("git", ["ls-files", "components", "packages"], { cwd: projectRoot, encoding: "utf8" });
  const files = tracked.split("\n").filter((file) => /\.(sh|py)$|\/files\//.test(file));

  it("are more than ten files of this checkout", () => assert.ok(files.length > 10, files.join("\n")));

  for (const file of files)
    it(`${file} takes no known name in a folder that others can write to`, () => {
      const text = readFileSync(path.join(projectRoot, file), "utf8");
      assert.doesNotMatch(text, SHARED);
    });
});
