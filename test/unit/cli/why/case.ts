import type { CauseKind, WhyFacts } from "@ghrunners/cli/why/facts";

/** What is seen of a run, and the cause that is named for it. */
export interface WhyCase {
  readonly title: string;
  readonly facts: WhyFacts;
  readonly kind: CauseKind;
  readonly words: RegExp;
  readonly problem: boolean;
  readonly next: RegExp | null;
}
