import assert from "node:assert/strict";
import fc from "fast-check";
import { parseAssignments, parseCommand, parsePaths } from "@ghrunners/lab/runner-distribution/worker/commands";
import { Masks } from "@ghrunners/lab/runner-distribution/worker/masks";

describe("files and commands of a step", () => {
  it("reads back what was written as name=value or with a delimiter", () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,10}$/);
    const line = fc.string({ unit: "grapheme-ascii" }).filter((text) => text !== "END");
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.array(line, { minLength: 1, maxLength: 4 }))), (entries) => {
        const text = entries.map(([key, lines]) => `${key}<<END\n${lines.join("\n")}\nEND\n`).join("");
        assert.deepEqual(
          parseAssignments(text),
          entries.map(([key, lines]) => [key, lines.join("\n")]),
        );
        const single = entries.map(([key, lines]) => `${key}=${lines[0]}\n`).join("");
        assert.deepEqual(
          parseAssignments(single),
          entries.map(([key, lines]) => [key, lines[0]]),
        );
      }),
    );
  });

  it("refuses what is neither", () => {
    assert.throws(() => parseAssignments("no value"), /Invalid format 'no value'/);
    assert.throws(() => parseAssignments("a<<END\nx"), /Matching delimiter not found 'END'/);
    assert.deepEqual(parseAssignments("a=b<<c"), [["a", "b<<c"]]);
    assert.deepEqual(parsePaths("/a\n/b\n"), ["/b", "/a"]);
  });

  it("parses commands with escapes", () => {
    assert.deepEqual(parseCommand("::error file=a.ts,line=3,title=x%3Ay::bad%0Aline %25"), {
      name: "error",
      properties: { file: "a.ts", line: "3", title: "x:y" },
      message: "bad\nline %",
    });
    assert.equal(parseCommand("not ::error::x"), undefined);
  });
});

describe("masks", () => {
  it("leave no value and none of its lines in any text", () => {
    const secret = fc.string({ minLength: 1 }).filter((text) => text.trim() !== "" && !text.includes("*"));
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1 }), fc.string(), (secrets, text) => {
        const masked = new Masks(secrets).apply(`${secrets.join(text)}${secrets.join("\n")}`);
        for (const value of secrets) assert.ok(!masked.includes(value), `${value} in ${masked}`);
      }),
    );
    assert.equal(new Masks(["abc", "abcdef", "l1\nl2"]).apply("abcdef abc l2"), "*** *** ***");
  });
});
