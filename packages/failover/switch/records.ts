/**
 * Decisions on disk: the newest as one file, and one line for each that changed something.
 */
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { GateDecision } from "../choice/choose";
import { DECISION_FILE, HISTORY_FILE } from "@ghrunners/core/vocabulary/failover";
import { removeTemporaries, writeWhole } from "@ghrunners/core/whole-file";

/** The history is cut to the first when it reaches the second. */
const KEPT_LINES = 400;
const MOST_LINES = 500;

/** Whether this decision adds information to the history. */
export function isNews(decision: GateDecision, before: GateDecision | undefined): boolean {
  const facts = ({ runner, reason, cause, runners }: GateDecision): string =>
    JSON.stringify([runner, reason, cause, runners.map((one) => [one.name, one.grade, one.cause])]);
  return before === undefined || facts(decision) !== facts(before);
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

export class DecisionRecords {
  private newest: GateDecision | undefined;
  private lines: number;

  /** @param complain called if a record cannot be written; the decision itself stays valid */
  constructor(
    private readonly folder: string,
    private readonly complain: (line: string) => void,
  ) {
    mkdirSync(folder, { recursive: true });
    for (const name of [DECISION_FILE, HISTORY_FILE]) removeTemporaries(path.join(folder, name));
    const lines = linesOf(path.join(folder, HISTORY_FILE));
    this.lines = lines.length;
    try {
      this.newest = lines.length === 0 ? undefined : (JSON.parse(lines.at(-1) as string) as GateDecision);
    } catch {
      // A line was cut off by a kill: record the next decision.
      this.newest = undefined;
    }
  }

  take(decision: GateDecision): void {
    try {
      writeWhole(path.join(this.folder, DECISION_FILE), `${JSON.stringify(decision)}\n`);
      if (isNews(decision, this.newest)) this.append(decision);
      this.newest = decision;
    } catch (error) {
      this.complain(`The decision could not be recorded: ${(error as Error).message}`);
    }
  }

  private append(decision: GateDecision): void {
    const file = path.join(this.folder, HISTORY_FILE);
    if (this.lines >= MOST_LINES) {
      const kept = linesOf(file).slice(-KEPT_LINES);
      writeWhole(file, `${kept.join("\n")}\n`);
      this.lines = kept.length;
    }
    appendFileSync(file, `${JSON.stringify(decision)}\n`, { mode: 0o600 });
    this.lines += 1;
  }
}
