/**
 * The repository variable DEPLOY_RUNNER: when it is written, and with which content. The functions are pure; the class
 * writes. A failed write is retried; in the meantime the variable expires, and the gate refuses.
 */
import { CHOICE_VARIABLE } from "@ghrunners/core/vocabulary/failover";
import { choiceText } from "../choice/deploy-runner";
import type { GateDecision } from "../choice/choose";
import type { GitHubClient } from "@ghrunners/core/github/client";
import { statusOf } from "@ghrunners/core/github/errors";

/** The last published choice. */
export interface PublishedVariable {
  /** The variable's content without its times. */
  readonly content: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const FIRST_PAUSE_MS = 2_000;
/** GitHub may answer again at any moment, and every deployment waits for it. */
const LONGEST_PAUSE_MS = 30_000;

/** Content that distinguishes two choices, without the ages in explanations, which change with every read. */
const contentOf = ({ runner, reason, cause, runners }: GateDecision): string =>
  JSON.stringify([runner, reason, cause, runners.map(({ grade, cause: why }) => [grade, why])]);

/** A decision valid for longer than the maximum was made while the clock was ahead. The gate refuses it. */
const isOfTheFuture = ({ expiresAt }: PublishedVariable, validSeconds: number, now: number): boolean =>
  expiresAt - now > validSeconds * 1000;

/**
 * A change is written at once; otherwise the choice is renewed at half of its validity, which gives few writes and at
 * least two chances. A choice written while the clock was ahead is written again.
 */
export function isDue(
  decision: GateDecision,
  written: PublishedVariable | undefined,
  validSeconds: number,
  now: number,
): boolean {
  if (written === undefined || written.content !== contentOf(decision)) return true;
  return isOfTheFuture(written, validSeconds, now) || written.expiresAt - now < (validSeconds * 1000) / 2;
}

/** Whether a gate that reads the variable now sees this decision and may use it. */
export function isWritten(
  decision: GateDecision,
  written: PublishedVariable | undefined,
  validSeconds: number,
  now: number,
): boolean {
  if (written === undefined || written.content !== contentOf(decision)) return false;
  return written.expiresAt > now && !isOfTheFuture(written, validSeconds, now);
}

/** Pause after this many failures in a row, ms. */
export const pauseAfter = (failures: number): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10));

/** Remaining pause, ms. A time beyond the longest pause was set while the clock was ahead, and is ignored. */
export const waitBefore = (notBefore: number, now: number): number =>
  notBefore <= now || notBefore - now > LONGEST_PAUSE_MS ? 0 : notBefore - now;

export class ChoiceVariable {
  private running: Promise<void> | undefined;
  private failures = 0;
  private notBefore = 0;

  /**
   * @param written what an earlier run wrote
   * @param tell called with the result of every attempt
   */
  constructor(
    private readonly github: GitHubClient,
    private readonly validSeconds: number,
    private readonly now: () => number,
    private readonly tell: (result: "written" | "failed", words: string) => void,
    public written: PublishedVariable | undefined,
  ) {}

  /** Writes the decision if it is time to write and no write is in progress. Never blocks and never throws. */
  offer(decision: GateDecision): void {
    const now = this.now();
    if (this.running !== undefined || waitBefore(this.notBefore, now) > 0) return;
    if (!isDue(decision, this.written, this.validSeconds, now)) return;
    this.running = this.write(decision).finally(() => (this.running = undefined));
  }

  /** Whether a gate that reads the variable now would see this decision. */
  isPublished(decision: GateDecision): boolean {
    return isWritten(decision, this.written, this.validSeconds, this.now());
  }

  /** Waits until nothing is being written. */
  async idle(): Promise<void> {
    await this.running;
  }

  private async write(decision: GateDecision): Promise<void> {
    try {
      await this.put(choiceText(decision));
      this.failures = 0;
      this.written = { content: contentOf(decision), expiresAt: Date.parse(decision.expiresAt) };
      this.tell("written", decision.explanation);
    } catch (error) {
      this.failures += 1;
      this.notBefore = this.now() + pauseAfter(this.failures);
      this.tell("failed", (error as Error).message);
    }
  }

  private async put(value: string): Promise<void> {
    const variable = { name: CHOICE_VARIABLE, value };
    try {
      await this.github.send("PATCH", "/actions/variables/{name}", variable);
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      await this.github.send("POST", "/actions/variables", variable);
    }
  }
}
