/** The table at the end of a run, for people. Pure. */
import path from "node:path";
import pc from "picocolors";
import { textTable } from "@ghrunners/core/text-table";
import type { ScenarioResult } from "./run";

/** @param folder the project's state folder, which the links begin at */
export function renderResults(results: readonly ScenarioResult[], folder: string): string {
  const rows = results.map(({ id, origin, passed, seconds, evidence }) => [
    id,
    origin,
    passed ? "passed" : "FAILED",
    seconds.toFixed(1),
    evidence.length === 0 ? "(none)" : `${path.dirname(evidence[0] ?? "")}/ (${evidence.length} files)`,
  ]);
  const failed = results.filter(({ passed }) => !passed);
  const table = textTable([["scenario", "origin", "result", "s", "evidence"], ...rows], 1).join("\n");
  const counts = `${results.length - failed.length} of ${results.length} scenarios passed. Evidence below ${folder}`;
  const seen = failed.map(({ id, seen }) => `${pc.red("FAILED")} ${id}: ${seen}`);
  return `${[table, "", ...seen, counts].join("\n")}\n`;
}
