import assert from "node:assert/strict";
import { textTable } from "@ghrunners/core/text-table";

describe("text tables", () => {
  const rows = [
    ["a", "b"],
    ["long", "1"],
    ["\u001b[32mx\u001b[39m", "100"],
  ];

  it("pad each column to its widest cell, whatever its colour", () => {
    assert.deepEqual(textTable(rows), ["a     b", "long  1", "\u001b[32mx\u001b[39m     100"]);
  });

  it("align numbers to the right", () => {
    assert.deepEqual(textTable(rows, 1), ["a       b", "long    1", "\u001b[32mx\u001b[39m     100"]);
  });

  it("are empty without rows", () => assert.deepEqual(textTable([]), []));
});
