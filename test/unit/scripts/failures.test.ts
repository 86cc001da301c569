import assert from "node:assert/strict";
import { failures } from "../../support/failures";

describe("what failed, at the end of a run", () => {
  it("names each with its file and the beginning of its text", () => {
    const long = Array.from({ length: 15 }, (_, index) => `line ${index}`).join("\n");
    assert.deepEqual(failures([{ file: "a.test.ts", title: "does a", text: "Error: no a\n    at there\n" }]), [
      "",
      "Failed:",
      "  ✘ a.test.ts: does a",
      "      Error: no a",
      "          at there",
    ]);
    const lines = failures([{ file: "b.test.ts", title: "does b", text: long }]);
    assert.equal(lines.length, 3 + 12 + 1);
    assert.equal(lines.at(-1), "      ... and 3 more lines above");
  });

  it("says nothing when nothing failed", () => assert.deepEqual(failures([]), []));
});
