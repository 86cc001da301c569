/** Times of the stages of a command, for its last line. */
export class Stages {
  private readonly ended: { readonly name: string; readonly seconds: number }[] = [];

  /** @param before seconds that had passed when the first stage began, s, and what they were spent on */
  constructor(before: { readonly name: string; readonly seconds: number }) {
    this.ended.push(before);
  }

  /** Does one stage; what fails is counted too. */
  async time<T>(name: string, work: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    try {
      return await work();
    } finally {
      this.ended.push({ name, seconds: (performance.now() - begun) / 1000 });
    }
  }

  /** @example "npm 1 s, lab 12 s, pulumi up 30 s" */
  toString(): string {
    return this.ended.map(({ name, seconds }) => `${name} ${seconds.toFixed(0)} s`).join(", ");
  }
}
