import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { areas, areasNamed, filesOf } from "../../mutation/areas";
import { cell, differences, percent, readReasons, reasonLine, scoreOf } from "../../mutation/score";

const mutant = (status: string, [line, from, to]: readonly [number, number, number], replacement: string) => ({
  id: `${line}.${from}`,
  mutatorName: "StringLiteral",
  status,
  replacement,
  location: { start: { line, column: from }, end: { line, column: to } },
});
const report = {
  schemaVersion: "2",
  thresholds: { high: 80, low: 60 },
  files: {
    "a/b.ts": {
      language: "typescript",
      source: 'const a = "x";\nconst b = "y" || `z`;\n',
      mutants: [
        mutant("Killed", [1, 11, 14], '""'),
        mutant("Timeout", [1, 11, 14], '"!"'),
        mutant("Survived", [2, 11, 21], "true"),
        mutant("NoCoverage", [2, 11, 14], '""'),
        mutant("CompileError", [2, 11, 14], "?"),
        mutant("Ignored", [2, 11, 14], "??"),
      ],
    },
  },
} as unknown as Parameters<typeof scoreOf>[1];

describe("scores of mutation tests", () => {
  const score = scoreOf("a", report, 2);

  it("count what can run, and as killed what a test notices or what never ends", () => {
    assert.deepEqual([score.mutants, score.killed, percent(score)], [4, 2, 50]);
    assert.equal(percent({ ...score, mutants: 10_000, killed: 8_499 }), 84.9, "rounded down");
  });

  it("name each survivor on one line, as the document has it", () => {
    assert.deepEqual(score.survivors, [
      { file: "a/b.ts", line: 2, original: `"y" ¦¦ 'z'`, mutated: "true", covered: true },
      { file: "a/b.ts", line: 2, original: '"y"', mutated: '""', covered: false },
    ]);
    assert.equal(cell(`{\n  a;\n}`), "{ a; }");
    assert.equal(cell("x".repeat(101)), `${"x".repeat(100)}...`);
  });

  it("are held against the document in both directions", () => {
    const [first, second] = score.survivors;
    const document = `| file |\n|---|\n${reasonLine(first!).replace("|  |", "| no difference |")}\n| a/b.ts | \`gone\` | \` \` | x |\n| c.ts | \`d\` | \`e\` | y |\n`;
    const found = differences([score], readReasons(document), ["a/b.ts"]);
    assert.deepEqual(found.unexplained, [second]);
    assert.deepEqual(
      found.outdated.map(({ original, mutated }) => [original, mutated]),
      [["gone", ""]],
      "and reasons of files that were not mutated are left alone",
    );
  });
});

describe("the folders of mutation tests", () => {
  it("are found by their name or by a folder above", () => {
    const all = areasNamed([]);
    assert.deepEqual(all, areas);
    const named = areasNamed(["./packages/deploy/", "config"]);
    assert.ok(!("unknown" in named));
    assert.ok(named.some(({ folder }) => folder === "packages/deploy/plan"));
    assert.ok(named.every(({ folder }) => /^(packages\/deploy\/|config$)/.test(folder)));
    assert.deepEqual(areasNamed(["conf"]), { unknown: "conf" });
  });

  it("have files and tests", () => {
    for (const area of areas)
      for (const file of [...filesOf(area), ...area.tests]) assert.ok(existsSync(path.join(projectRoot, file)), file);
  });
});

describe("the document of the survivors", () => {
  const text = readFileSync(path.join(projectRoot, "test/mutation/README.md"), "utf8");
  const reasons = readReasons(text);
  const mutated = areas.flatMap(filesOf);

  it("gives each a reason, for a file that is mutated and holds the piece", () => {
    const lines = text.split("\n").filter((line) => /^\| \S+\.ts \|/.test(line));
    assert.equal(reasons.length, lines.length, "a line that cannot be read: it needs four cells, two of them code");
    for (const { file, original, reason } of reasons) {
      assert.ok(mutated.includes(file), `${file} is not mutated`);
      assert.match(reason, /\S/, `${file}: ${original} has no reason`);
      const piece = original.replace(/\.\.\.$/, "");
      const source = readFileSync(path.join(projectRoot, file), "utf8").replace(/\s+/g, " ");
      assert.ok(source.replaceAll("`", "'").replaceAll("|", "¦").includes(piece), `${file} does not hold ${piece}`);
    }
  });

  it("has a score of each folder", () => {
    for (const { folder } of areas) assert.ok(text.includes(`| ${folder} |`), folder);
  });
});
