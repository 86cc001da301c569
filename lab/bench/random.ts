/** Random numbers that a seed makes again: mulberry32, small and good enough to choose moments. Pure. */
export class RandomNumbers {
  /** @param state the seed, a whole number below 2^32 */
  constructor(private state: number) {}

  /** From 0 up to and without 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** From low up to and without high. */
  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  /** @throws RangeError for an empty list */
  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new RangeError("Nothing to pick from.");
    return items[Math.floor(this.next() * items.length)] as Item;
  }
}
