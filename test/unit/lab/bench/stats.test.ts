import assert from "node:assert/strict";
import fc from "fast-check";
import { percentile, rounded, summarise } from "@ghrunners/lab/bench/stats";

const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });

describe("bench: statistics", () => {
  it("takes the middle value, or the mean of the two middle ones", () => {
    assert.deepEqual(summarise([9, 1, 5]), { min: 1, median: 5, max: 9 });
    assert.deepEqual(summarise([4, 1, 2, 9]), { min: 1, median: 3, max: 9 });
    assert.deepEqual(summarise([7]), { min: 7, median: 7, max: 7 });
  });

  it("takes the value that 95 of 100 do not exceed", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    assert.deepEqual([percentile(hundred, 95), percentile(hundred, 50), percentile(hundred, 100)], [95, 50, 100]);
    assert.equal(percentile([3], 95), 3);
    assert.throws(() => percentile([], 95), RangeError);
  });

  it("does not depend on the order and leaves the list alone", () => {
    fc.assert(
      fc.property(values, (list) => {
        const before = [...list];
        const summary = summarise(list);
        assert.deepEqual(summarise([...list].reverse()), summary);
        assert.deepEqual(list, before);
      }),
    );
  });

  it("keeps the median between the extremes, with as many values below it as above", () => {
    fc.assert(
      fc.property(values, (list) => {
        const { min, median, max } = summarise(list);
        assert.ok(min <= median && median <= max);
        const below = list.filter((value) => value < median).length;
        const above = list.filter((value) => value > median).length;
        assert.ok(below <= list.length / 2 && above <= list.length / 2);
      }),
    );
  });

  it("refuses an empty list of measurements", () => {
    assert.throws(() => summarise([]), RangeError);
  });

  it("rounds to a tenth of a millisecond", () => {
    assert.equal(rounded(1.23456), 1.2346);
  });
});
