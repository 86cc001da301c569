/** Format version of a promotion record; raised when a field changes its meaning. */
export const recordVersion = 1;

export interface Gate {
  readonly name: "preview" | "approval" | "update" | "health";
  readonly passed: boolean;
  /** What was seen, in words. */
  readonly detail: string;
}

/** One attempt to promote. It is written before the first gate, so that an attempt that was killed is on record. */
export interface PromotionRecord {
  readonly version: typeof recordVersion;
  readonly id: string;
  readonly startedAt: string;
  /** Null while it runs, or when it was killed. */
  readonly finishedAt: string | null;
  readonly stack: string;
  readonly repository: string;
  readonly commit: string;
  /** SHA-256 of the saved plan, which is what was carried out; null when it came to none. */
  readonly planSha256: string | null;
  /** Login that ran it, by its GitHub token. */
  readonly operator: string;
  readonly approvedBy: string | null;
  readonly gates: readonly Gate[];
  readonly result: "started" | "promoted" | "refused" | "failed";
}
