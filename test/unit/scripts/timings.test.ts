import assert from "node:assert/strict";
import { byFile, slowest, type FileTiming } from "../../support/timings";

const timing = (file: string, title: string, seconds: number): FileTiming => ({
  file,
  title,
  milliseconds: seconds * 1000,
});

describe("where a layer's time goes", () => {
  const timings = [timing("a", "a one", 4), timing("b", "b one", 9.1), timing("a", "a two", 8), timing("c", "c", 1)];

  it("sums tests and hooks by file", () => {
    assert.deepEqual(
      byFile(timings).map(({ file, milliseconds }) => [file, milliseconds]),
      [
        ["a", 12_000],
        ["b", 9_100],
        ["c", 1_000],
      ],
    );
  });

  it("names the slowest first, and no quick one", () => {
    assert.deepEqual(slowest(timings), [
      "  slowest files",
      "     12.0 s  a",
      "      9.1 s  b",
      "  slowest tests and hooks",
      "      9.1 s  b one",
      "      8.0 s  a two",
    ]);
  });

  it("says nothing when everything was quick", () => assert.deepEqual(slowest([timing("c", "c", 1)]), []));
});
