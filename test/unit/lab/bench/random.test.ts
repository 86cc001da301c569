import assert from "node:assert/strict";
import { draw } from "@ghrunners/lab/bench/faults";
import { RandomNumbers } from "@ghrunners/lab/bench/random";

const list = (seed: number, count: number): number[] => {
  const random = new RandomNumbers(seed);
  return Array.from({ length: count }, () => random.next());
};

describe("bench: random faults", () => {
  it("are the same for the same seed, and others for another", () => {
    const faults = (seed: number): unknown[] => {
      const random = new RandomNumbers(seed);
      return Array.from({ length: 50 }, () => draw(random));
    };
    assert.deepEqual(faults(7), faults(7));
    assert.notDeepEqual(faults(7), faults(8));
    // None is left out for long.
    assert.equal(new Set((faults(7) as { name: string }[]).map(({ name }) => name)).size, 8);
  });

  it("are spread evenly and stay within their bounds", () => {
    const values = list(1, 10_000);
    assert.ok(values.every((value) => value >= 0 && value < 1));
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const count = values.filter((value) => Math.floor(value * 10) === tenth).length;
      assert.ok(Math.abs(count - 1000) < 150, `${count} of 10000 in tenth ${tenth}`);
    }
    const random = new RandomNumbers(2);
    assert.ok(Array.from({ length: 100 }, () => random.between(3, 5)).every((value) => value >= 3 && value < 5));
  });

  it("refuse to pick from nothing", () => {
    assert.throws(() => new RandomNumbers(1).pick([]), RangeError);
  });
});
