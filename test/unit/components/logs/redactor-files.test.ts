import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";

/** Reads the folder as the redactor does, round by round; a line that is too long is null. */
const program = `
import json, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import os, redactor
offsets = {}
files = redactor.Files(sys.argv[2] + "/*.log", offsets, lambda words: words.replace("Bogus", "clean"))
def rounds(count):
    seen = []
    for _ in range(count):
        seen += [[os.path.basename(path), line and line.decode().strip()] for path, line in files.lines()]
    return seen
given = json.load(sys.stdin)
first = rounds(given["rounds"])
for name, text in given["then"]:
    with open(os.path.join(sys.argv[2], name), "a") as file:
        file.write(text)
json.dump([first, rounds(3)], sys.stdout)
`;

describe("the redactor in a folder that jobs write to", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "ghr-redactor-"))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string): void => appendFileSync(path.join(folder, name), text);

  type Line = [name: string, text: string | null];
  function read(
    rounds: number,
    then: readonly [string, string][] = [],
  ): { first: Line[]; later: Line[]; said: string } {
    const result = spawnSync("python3", ["-c", program, path.join(projectRoot, "components/scripts"), folder], {
      input: JSON.stringify({ rounds, then }),
      encoding: "utf8",
      timeout: 30_000,
      maxBuffer: 2 ** 28,
    });
    assert.equal(result.signal, null, "it hangs");
    assert.equal(result.status, 0, result.stderr);
    const [first, later] = JSON.parse(result.stdout) as [Line[], Line[]];
    return { first, later, said: result.stderr };
  }

  it("follows no link, waits at no pipe and opens no folder, and says so once", () => {
    write("secret", "secret\n");
    symlinkSync(path.join(folder, "secret"), path.join(folder, "Runner_1.log"));
    symlinkSync("/dev/zero", path.join(folder, "Runner_2.log"));
    execFileSync("mkfifo", [path.join(folder, "Runner_3.log")]);
    mkdirSync(path.join(folder, "Runner_4.log"));
    write("Runner_5\nforged.log", "genuine\n");
    const { first, said } = read(3);
    assert.deepEqual(first, [["Runner_5\nforged.log", "genuine"]]);
    assert.equal(said.trim().split("\n").length, 4, said);
  });

  it("reads a file once, however many names it has", () => {
    write("Runner_1.log", "one\n");
    linkSync(path.join(folder, "Runner_1.log"), path.join(folder, "Runner_2.log"));
    assert.equal(read(2).first.length, 1);
  });

  it("lets no file keep the others from their turn: not one of a terabyte, not one without an end of its line", () => {
    write("Runner_1.log", "x".repeat(3_000_000));
    truncateSync(path.join(folder, "Runner_1.log"), 2 ** 40);
    write("Runner_2.log", `${"y".repeat(99)}\n`.repeat(40_000));
    write("Runner_3.log", "genuine\n");
    const { first, said } = read(1);
    assert.deepEqual(first.at(-1), ["Runner_3.log", "genuine"]);
    assert.ok(first.length <= 2 ** 20 / 100 + 3, `${first.length} lines in one round`);
    assert.match(said, /larger than any file of the runner/);
  });

  it("does not send the rest of an oversized line as a line, in any round", () => {
    write("Runner_1.log", `${"x".repeat(200_000)}`);
    const { first, later } = read(2, [["Runner_1.log", "ghp_half of a secret\ngenuine\n"]]);
    assert.deepEqual(first, []);
    assert.deepEqual(later, [
      ["Runner_1.log", null],
      ["Runner_1.log", "genuine"],
    ]);
  });

  it("leaves a line without its end for later", () => {
    write("Runner_1.log", "half a ");
    assert.deepEqual(read(2, [["Runner_1.log", "line\n"]]), {
      first: [],
      later: [["Runner_1.log", "half a line"]],
      said: "",
    });
  });
});
