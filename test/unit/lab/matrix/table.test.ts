import assert from "node:assert/strict";
import { matrixLab, verdictOf } from "@ghrunners/lab/matrix/command";
import { instanceNamed } from "@ghrunners/lab/instance";
import { repositoryRows } from "@ghrunners/lab/matrix/repositories";
import type { Matrix } from "@ghrunners/lab/matrix/run";
import { renderMatrix } from "@ghrunners/lab/matrix/table";
import { templateRows } from "@ghrunners/lab/matrix/templates";

/** Everything as expected, except for what is changed of the first template. */
const matrixWith = (change: Partial<Matrix["templates"][number]> = {}): Matrix => ({
  repositories: repositoryRows.map((row) => ({
    ...row,
    seen: { outcome: row.outcome, words: row.says, has: row.has },
    differences: [],
  })),
  templates: templateRows.map((row, index) => ({
    ...row,
    seen: { outcome: row.outcome, words: row.says, makes: row.makes },
    differences: [],
    ...(index === 0 ? change : {}),
  })),
});

describe("the printed matrix", () => {
  it("has a line for each row, and the words of every run that did not go through", () => {
    const text = renderMatrix(matrixWith());
    const lines = text.split("\n");
    assert.equal(
      lines.filter((line) => line.startsWith("| ")).length,
      repositoryRows.length + templateRows.length + 2 * 2,
    );
    const told = [...repositoryRows, ...templateRows].filter(({ outcome }) => outcome !== "goes through");
    assert.deepEqual(
      lines.filter((line) => line.startsWith("- ")),
      told.flatMap(({ says }) => says.map((words) => `- ${words}`)),
    );
  });

  it("shows what was seen, not what was expected", () => {
    const seen = {
      outcome: "refused",
      words: ["the words of a surprise"],
      makes: { templates: 0, machines: 0 },
    } as const;
    const text = renderMatrix(matrixWith({ seen }));
    assert.match(text, /^\| the usual one: .* \| refused before anything changes \| nothing \|$/m);
    assert.match(text, /^template: the usual one: .*:\n\n- the words of a surprise$/m);
  });

  it("ends with exit code 1 where a row differs, and with 0 elsewhere", () => {
    const said: string[] = [];
    const say = (line: string): void => void said.push(line);
    assert.equal(verdictOf(matrixWith(), say), 0);
    assert.deepEqual(said, []);
    assert.equal(verdictOf(matrixWith({ differences: ["other words"] }), say), 1);
    assert.match(said.join(), /^Rows that differ from what is expected: 1\./);
  });

  it("is made in a lab of its own, whose name is always allowed", () => {
    for (const name of ["lab", "t", "test-2", "a-b-c-d-e"]) {
      assert.equal(instanceNamed(matrixLab(name), { cache: "/c", state: "/s" }).name, matrixLab(name));
      assert.notEqual(matrixLab(name), name);
    }
  });
});
