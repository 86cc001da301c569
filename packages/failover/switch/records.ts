/**
 * Decisions on disk: the newest as one file, and one line for each that changed something.
 */
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { GateDecision } from "../choice/choose";
import { gateDecisionSchema } from "../choice/decision-schema";
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

const linesOf = (text: string): string[] => text.split("\n").filter((line) => line !== "");

/** The decision of a line; undefined if a kill cut it off, or another version of the switch wrote it. */
function decisionIn(line: string | undefined): GateDecision | undefined {
  try {
    return gateDecisionSchema.parse(JSON.parse(line ?? "null"));
  } catch {
    return undefined;
  }
}

export class DecisionRecords {
  private newest: GateDecision | undefined;
  private lines = 0;

  /** @param complain called if a record cannot be read or written; the decision itself stays valid */
  constructor(
    private readonly folder: string,
    private readonly complain: (line: string) => void,
  ) {
    try {
      mkdirSync(folder, { recursive: true });
      for (const name of [DECISION_FILE, HISTORY_FILE]) removeTemporaries(path.join(folder, name));
      const lines = linesOf(this.history());
      this.lines = lines.length;
      this.newest = decisionIn(lines.at(-1));
    } catch (error) {
      complain(`The decisions in ${folder} cannot be read: ${(error as Error).message}`);
    }
  }

  private history(): string {
    try {
      return readFileSync(path.join(this.folder, HISTORY_FILE), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
      throw error;
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
    const before = this.history();
    // A kill may have cut the last line off.
    if (this.lines >= MOST_LINES || !(before === "" || before.endsWith("\n"))) {
      const kept = linesOf(before).slice(-KEPT_LINES);
      writeWhole(file, `${kept.join("\n")}\n`);
      this.lines = kept.length;
    }
    appendFileSync(file, `${JSON.stringify(decision)}\n`, { mode: 0o600 });
    this.lines += 1;
  }
}
