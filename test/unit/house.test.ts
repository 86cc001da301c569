import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";

/** Files of the project: committed, or about to be. */
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: projectRoot,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(path.join(projectRoot, file)));

/** The design's layout: what a reader meets first. */
describe("the house", () => {
  const folders = [...new Set(files.filter((file) => file.includes("/")).map((file) => file.split("/")[0] ?? ""))];

  it("has at most ten visible folders at its root", () => {
    const visible = folders.filter((folder) => !folder.startsWith("."));
    assert.ok(visible.length <= 10, visible.join(", "));
  });

  it("does not know in its product that a lab exists", () => {
    const product = files.filter(
      (file) =>
        !/^(lab|test|examples|docs|\.ci)\//.test(file) &&
        file.includes("/") &&
        /\.(ts|[cm]js|sh|py|ya?ml|json)$/.test(file),
    );
    assert.ok(product.length > 200, "too few files to be the product");
    const named = product.flatMap((file) =>
      readFileSync(path.join(projectRoot, file), "utf8")
        .split("\n")
        .flatMap((line, index) => (/\blab\b|\blaborator|@ghrunners\/lab/i.test(line) ? [`${file}:${index + 1}`] : [])),
    );
    assert.deepEqual(named, []);
  });

  it("names its TypeScript files in kebab-case", () => {
    const odd = files.filter((file) => /\.ts$/.test(file) && !/^[a-z0-9.-]+$/.test(path.basename(file)));
    assert.deepEqual(odd, []);
  });
});
