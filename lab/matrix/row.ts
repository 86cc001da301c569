/** What a row of the matrix expects of one run of the engine, and what was seen. Pure. */
import type { EngineRun } from "../driver/engine-run";
import { begunSteps } from "../driver/engine-events";

/** `goes through`; `refused` before anything changes; `fails` when something was begun. */
export type RowOutcome = "goes through" | "refused" | "fails";

export interface ExpectedOutcome {
  readonly outcome: RowOutcome;
  /** Parts of what the run says, each within one line. */
  readonly says: readonly string[];
}

export interface ObservedOutcome {
  readonly outcome: RowOutcome;
  /** Every line of the run's own diagnostics. */
  readonly words: readonly string[];
}

/** Lines that Pulumi adds to the program's own: headings of diagnostics, and that there was an error. */
const ofPulumi = /^([a-z-]+:[^ ]+ \(.+\):|error: (preview|update) failed|error: \d+ errors? occurred:|)$/;

/** What Pulumi puts in front of a refusal, and the preflight in front of a notice. */
const inFront = /^(error: pulumi-nodejs:dynamic\/ghrunners:Preflight resource '[^']+' has a problem|preflight): /;

/**
 * The lines of a run's diagnostics: notices of the preflight, refusals, and errors of GitHub or Proxmox VE. Each once.
 */
function diagnosticsOf(output: string): string[] {
  const [, after = ""] = output.split("\nDiagnostics:\n");
  const [diagnostics = ""] = after.split(/^(?:Outputs|Resources):/m);
  const lines = diagnostics.split("\n").map((line) => line.trim());
  return [...new Set(lines.filter((line) => !ofPulumi.test(line)).map((line) => line.replace(inFront, "")))];
}

export const seenIn = (run: EngineRun): ObservedOutcome => ({
  outcome: run.code === 0 ? "goes through" : begunSteps(run).length === 0 ? "refused" : "fails",
  words: diagnosticsOf(run.output),
});

/** How the run differs from what is expected, each in words; empty: it does not. */
export function differencesOf(expected: ExpectedOutcome, seen: ObservedOutcome): string[] {
  const missing = expected.says.filter((part) => !seen.words.some((line) => line.includes(part)));
  return [
    ...(seen.outcome === expected.outcome ? [] : [`seen "${seen.outcome}", expected "${expected.outcome}"`]),
    ...missing.map((part) => `expected the words "${part}"`),
  ];
}
