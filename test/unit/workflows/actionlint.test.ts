import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { baseFolders } from "@ghrunners/lab/instance";
import { projectRoot } from "@ghrunners/core/project-root";

const run = promisify(execFile);
const source = path.join(__dirname, "actionlint");
const folder = path.join(projectRoot, ".github/workflows");

/** Builds actionlint from its published Go module, once for each version, into the cache. */
async function actionlint(): Promise<string> {
  const key = createHash("sha256")
    .update(readFileSync(path.join(source, "go.sum")))
    .digest("hex")
    .slice(0, 16);
  const file = path.join(baseFolders().cache, "actionlint", key, "actionlint");
  if (existsSync(file)) return file;
  mkdirSync(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  const build = ["build", "-buildvcs=false", "-o", unfinished, "github.com/rhysd/actionlint/cmd/actionlint"];
  await run("go", build, { cwd: source });
  renameSync(unfinished, file);
  return file;
}

/** What actionlint 1.7.12 does not know yet. `queue` came to GitHub in 2026; GitHub's own parser knows it. */
const unknownToIt = ['unexpected key "queue" for "concurrency" section'];

/** @returns its complaints, one a line */
async function lint(files: readonly string[], input = ""): Promise<string[]> {
  const program = await actionlint();
  const args = ["-oneline", "-no-color", ...unknownToIt.flatMap((text) => ["-ignore", text]), ...files];
  const child = run(program, args, { cwd: path.dirname(path.dirname(folder)) });
  child.child.stdin?.end(input);
  try {
    return (await child).stdout.split("\n").filter((line) => line !== "");
  } catch (error) {
    const { code, stdout = "", stderr = "" } = error as { code?: number; stdout?: string; stderr?: string };
    // 1: it found something. Anything else is a failure of its own.
    if (code !== 1) throw new Error(`actionlint failed (${code}): ${stderr}`, { cause: error });
    return stdout.split("\n").filter((line) => line !== "");
  }
}

describe("actionlint", function () {
  // The first run builds it, which takes a minute on two busy cores.
  this.timeout(300_000);

  it("has no complaint about the workflows, nor shellcheck about their scripts", async () => {
    const files = readdirSync(folder).filter((file) => /\.ya?ml$/.test(file));
    assert.deepEqual(await lint(files.map((file) => path.join(folder, file))), []);
  });

  it("has no complaint about the workflow in the documents either", async () => {
    const example = path.join(projectRoot, "lab/demo-app/repository/.github/workflows/release.yml");
    const name = ["-stdin-filename", ".github/workflows/release.yml", "-"];
    assert.deepEqual(await lint(name, readFileSync(example, "utf8")), []);
  });

  it("finds the mistakes in a faulty workflow", async () => {
    const broken =
      "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ github.nothing }}\n";
    const complaints = await lint(["-"], broken);
    assert.match(complaints.join("\n"), /property "nothing" is not defined/);
  });

  it("still reports what this test ignores; otherwise the list of exceptions can be removed", async () => {
    const program = await actionlint();
    const failed = await run(program, ["-oneline", path.join(folder, "staging.yml")]).then(
      () => "",
      (error: unknown) => (error as { stdout: string }).stdout,
    );
    for (const text of unknownToIt) assert.ok(failed.includes(text), text);
  });
});
