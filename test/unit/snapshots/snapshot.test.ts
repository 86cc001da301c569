import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  expectNoOtherFiles,
  expectSnapshot,
  goldenFolders,
  type GoldenFiles,
  lineDifference,
} from "./support/snapshot";

const lines = (count: number, word: string): string =>
  Array.from({ length: count }, (_, n) => `${word} ${n}\n`).join("");

describe("snapshot files", () => {
  let folder: string;
  const files = (update: boolean): GoldenFiles => ({ folder, update, asked: new Set() });
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "ghr-snapshots-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("are written on demand, and then hold the text", () => {
    expectSnapshot("help/example.txt", "usage: example", files(true));
    expectSnapshot("help/example.txt", "usage: example", files(false));
    assert.equal(readFileSync(path.join(folder, "help/example.txt"), "utf8"), "usage: example\n");
  });

  it("say which lines differ, and the command that accepts them", () => {
    expectSnapshot("help/example.txt", "one\ntwo\nthree", files(true));
    assert.throws(
      () => expectSnapshot("help/example.txt", "one\n2\nthree", files(false)),
      /help\/example\.txt is not what .*\n\nline 1:\n one\n-two\n\+2\n three\n\n.*\n  UPDATE_SNAPSHOTS=1 .* test\/unit\/snapshots\/help\.test\.ts$/,
    );
  });

  it("that are not there are a failure that says how to make them", () => {
    assert.throws(
      () => expectSnapshot("help/new.txt", "text", files(false)),
      /no golden file help\/new\.txt.*\n.*UPDATE_/,
    );
  });

  it("that no test asks for are a failure, and are removed on demand", () => {
    expectSnapshot("help/old.txt", "text", files(true));
    expectSnapshot("graph/lab.txt", "text", files(true));
    assert.throws(() => expectNoOtherFiles("help", files(false)), /No test asks for help\/old\.txt\. .*\n.*UPDATE_/);
    expectNoOtherFiles("help", files(true));
    expectNoOtherFiles("help", files(false));
    assert.ok(existsSync(path.join(folder, "graph/lab.txt")), "another test's golden file is gone");
  });

  it("hold nothing that is secret or differs between machines", () => {
    const unfit = ["-----BEGIN OPENSSH PRIVATE KEY-----", `in ${path.resolve(__dirname, "../../..")}/index.ts`];
    for (const text of unfit) {
      assert.throws(() => expectSnapshot("help/example.txt", text, files(true)), /the same on every machine/, text);
    }
    assert.ok(!existsSync(path.join(folder, "help/example.txt")));
  });

  it("show the beginning of a long difference and of a long line", () => {
    const shown = lineDifference(lines(100, "a"), lines(100, "b"), 10).split("\n");
    assert.equal(shown.length, 11);
    assert.match(shown.at(-1) ?? "", /^\.\.\. and 19\d more lines$/);
    assert.match(lineDifference("a\n", `${"b".repeat(1000)}\n`), /^\+b{199}\.\.\. \(1001 characters\)$/m);
  });

  it("stand in one folder for each test file", () => {
    const without = goldenFolders().filter((name) => !existsSync(path.join(__dirname, `${name}.test.ts`)));
    assert.deepEqual(without, []);
  });
});
