/** Hides values in text, as GitHub's runner does: whole values and each of their lines, the longest first. */
export class Masks {
  private values: string[] = [];

  constructor(initial: readonly string[] = []) {
    for (const value of initial) this.add(value);
  }

  add(value: string): void {
    const parts = [value, ...value.split(/\r?\n/)].filter((part) => part.trim() !== "");
    this.values = [...new Set([...this.values, ...parts])].sort((left, right) => right.length - left.length);
  }

  apply(text: string): string {
    return this.values.reduce((masked, value) => masked.replaceAll(value, "***"), text);
  }
}
