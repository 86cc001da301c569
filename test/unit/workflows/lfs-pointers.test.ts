import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { projectRoot } from "@ghrunners/core/project-root";
import { lfsPointer } from "../deploy/support/target";

interface Workflow {
  readonly jobs: { readonly deploy: { readonly steps: readonly { name: string; if?: string; run?: string }[] } };
}

describe("the step of deploy.yml that looks for pointers of Git LFS", () => {
  const { steps } = (parse(readFileSync(path.join(projectRoot, ".github/workflows/deploy.yml"), "utf8")) as Workflow)
    .jobs.deploy;
  const index = steps.findIndex(({ name }) => name === "Nothing is a pointer of Git LFS");
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "ghr-lfs-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function look(files: Readonly<Record<string, string>>): { code: number | null; said: string } {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
    const script = steps[index]?.run ?? "";
    const { status, stdout, stderr } = spawnSync("bash", ["-c", script], { cwd: folder, encoding: "utf8" });
    assert.equal(stderr, "");
    return { code: status, said: stdout };
  }

  it("comes after the commit is fetched and before its script runs, and only where there is one", () => {
    const at = (name: string): number => steps.findIndex((step) => step.name === name);
    assert.ok(at("Fetch the commit") < index && index < at("Run the script"));
    assert.equal(steps[index]?.if, "inputs.script != ''");
  });

  it("refuses, and names the files, whatever their names", () => {
    const names = ["a=b", "models/x y.bin", ".hidden", "-n", "e", "f", "g"];
    const { code, said } = look({
      ...Object.fromEntries(names.map((name) => [name, lfsPointer(52_428_800)])),
      "README.md": "hello\n",
    });
    assert.equal(code, 1);
    assert.match(
      said,
      /^::error title=Pointers of Git LFS::Instead of their files, .*\(7 in all\)\. Nothing was changed\. Next: /,
    );
    assert.equal(said.trim().split("\n").length, 1);
    const named = look({}).said;
    assert.equal(named.match(/\.\//g)?.length, 5);
  });

  it("lets everything else through: an empty folder, files about pointers, and large files", () => {
    assert.deepEqual(look({}), { code: 0, said: "" });
    const files = { "README.md": `# Pointers\n${lfsPointer(1)}`, large: lfsPointer(1) + "x".repeat(2000), empty: "" };
    assert.deepEqual(look(files), { code: 0, said: "" });
  });
});
