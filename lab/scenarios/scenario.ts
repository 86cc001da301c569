import type { Testbed } from "./testbed";

/** Where a scenario comes from: a user story, or the kind of trouble that it makes. */
export const origins = ["US1", "US2", "US3", "chaos", "idempotency", "smoke", "kill", "power", "rival"] as const;
export type ScenarioOrigin = (typeof origins)[number];

/** What has to be there: the application's machine, or the runners and the monitoring host beside it. */
export type ScenarioNeeds = "target" | "everything";

/** One thing that may happen around a deployment, done for real, and what must be true afterwards. */
export interface Scenario {
  /** Letters, digits and hyphens; `npm run scenarios -- --only` finds it. */
  readonly id: string;
  readonly origin: ScenarioOrigin;
  readonly title: string;
  /** What is proved, in one sentence. */
  readonly proves: string;
  readonly need: ScenarioNeeds;
  /** Also run by `npm test`: the quick and the essential ones. */
  readonly rehearsed: boolean;
  /**
   * @returns what was measured and seen, in a few words
   * @throws AssertionError with what was seen
   */
  run(testbed: Testbed): Promise<string>;
}
