/** One secret of a stack, as far as its value goes. */
export interface SecretSource {
  /** Name at GitHub. */
  readonly name: string;
  /** Who sees it: jobs of the environment, or every workflow of the repository. */
  readonly scope: "environment" | "repository";
  readonly source: {
    /** config and ssh-key: `values` has it. random: made here. */
    readonly kind: "config" | "random" | "ssh-key";
    /** Letters and digits of a random value. */
    readonly length: number;
  };
}

/** The secrets of a stack and where their values come from. */
export interface SecretValuesArgs {
  readonly secrets: readonly SecretSource[];
  /** Values by name, of secrets that are not random. */
  readonly values: Readonly<Record<string, string>>;
  /** Generations of random values by name, 1 where none stands. Another number makes another value. */
  readonly generations: Readonly<Record<string, number>>;
}
