import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";

const read = (file: string): string => readFileSync(path.join(projectRoot, file), "utf8");

/** Whole titles of the tests of a file, as its source has them; a generated title keeps its `${...}`. */
const titlesOf = (source: string): string[] =>
  [...source.matchAll(/\bit\(\s*(["`'])((?:\\.|(?!\1).)*)\1/gs)].map(([, , title = ""]) => title);

interface Row {
  readonly fault: string;
  readonly tests: readonly { readonly file: string; readonly title: string }[];
}

/** Rows of the tables: a fault, and its tests as `file`: title, separated by <br>. */
const rows: Row[] = read("docs/reference/faults.md")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| fault |"))
  .map((line) => {
    const [fault = "", cell = ""] = line.split(/(?<!\\) \| /).map((part) => part.replace(/^\| | \|$/g, ""));
    const tests = cell.split("<br>").map((one) => {
      const [, file = "", title = ""] = /^`([^`]+)`: (.+)$/.exec(one.trim()) ?? [];
      return { file, title };
    });
    return { fault, tests };
  });

describe("titles of a test file", () => {
  it("are whole, without what else the file says", () => {
    const source = 'it("a \\"b\\"", () => {});\nit(\n  `c ${d ? "e" : ""}`, f);\nsubmit("g"); // it is h';
    assert.deepEqual(titlesOf(source), ['a \\"b\\"', 'c ${d ? "e" : ""}']);
  });
});

describe("docs/reference/faults.md", () => {
  it("has faults, each with a test", () => {
    assert.ok(rows.length > 50, `${rows.length} rows`);
    assert.equal(new Set(rows.map(({ fault }) => fault)).size, rows.length, "a fault stands twice");
    for (const { fault, tests } of rows) assert.ok(tests.length > 0 && tests[0]?.title !== "", fault);
  });

  for (const { fault, tests } of rows)
    for (const { file, title } of tests)
      it(`names a test that exists: ${title} (${fault})`, () => {
        assert.match(file, /^test\/.+\.test\.ts$/, "no test file");
        assert.ok(existsSync(path.join(projectRoot, file)), `there is no ${file}`);
        assert.ok(
          titlesOf(read(file)).includes(title),
          `${file} has no test whose whole title is "${title}". Next: quote the test that has taken its place`,
        );
      });
});
