/** What a simulated disk has not flushed yet, and what a power cut leaves of it. */
import type { Inode } from "./disk-tree";
import type { RandomStream } from "./random";

export class UnflushedChanges {
  /** Whether each folder is for itself, which is all that POSIX promises. */
  isLoose = false;
  /** Changes of names and modes that a power cut reverts, and the folder or file that they are flushed with. */
  private pending: { readonly of: Inode; readonly undo: () => void }[] = [];
  /** Files whose content was written. */
  private readonly dirty = new Set<Inode>();

  /** A change of names or modes. @param undo what a power cut does */
  changed(of: Inode, undo: () => void): void {
    this.pending.push({ of, undo });
  }

  written(file: Inode): void {
    this.dirty.add(file);
  }

  /** One entry of the journal: all changes that are made meanwhile survive a power cut, or none. */
  together(of: Inode, change: () => void): void {
    const at = this.pending.length;
    change();
    const all = this.pending.splice(at).reverse();
    this.changed(of, () => all.forEach(({ undo }) => undo()));
  }

  flush(node: Inode): void {
    this.pending = this.isLoose ? this.pending.filter(({ of }) => of !== node) : [];
    if (node.kind === "file") this.settle(node);
  }

  private settle(node: Inode): void {
    node.durable = node.content;
    this.dirty.delete(node);
  }

  flushAll(): void {
    this.pending = [];
    for (const node of this.dirty) this.settle(node);
  }

  /**
   * The power goes: the last names that were not flushed never were, contents that were not flushed are old or torn.
   */
  losePower(random: RandomStream): { names: number; contents: number } {
    const kept = new Map<Inode | undefined, number>();
    const lost = this.pending.filter(({ of }) => {
      const key = this.isLoose ? of : undefined;
      const count = this.pending.filter((each) => !this.isLoose || each.of === of).length;
      const left = kept.get(key) ?? random.whole(0, count);
      kept.set(key, left - 1);
      return left <= 0;
    });
    for (const { undo } of lost.reverse()) undo();
    this.pending = [];
    let contents = 0;
    for (const node of this.dirty) {
      const whole = node.content;
      const torn = whole.subarray(0, random.whole(0, whole.length));
      node.content = random.pick([
        whole,
        node.durable,
        torn,
        Buffer.concat([torn, Buffer.alloc(whole.length - torn.length)]),
      ]);
      if (node.content !== whole) contents += 1;
      node.durable = node.content;
    }
    this.dirty.clear();
    return { names: lost.length, contents };
  }
}
