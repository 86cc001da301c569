/** What a simulation found, in the form of report-schema.ts. Pure: from runs to the report, and to words. */
import { faultKinds } from "./faults";
import { orderKinds } from "./plan";
import type { SeedResult } from "./thread";
import type { SimulationReport } from "./report-schema";
import type { SmallestFailure } from "./shrink";

const endings = ["old", "new", "locked"] as const;

const count = (results: readonly SeedResult[]): SimulationReport["endings"] => ({
  old: results.filter(({ ending }) => ending === "old").length,
  new: results.filter(({ ending }) => ending === "new").length,
  locked: results.filter(({ ending }) => ending === "locked").length,
});

export function reportOf(
  seed: number,
  results: readonly SeedResult[],
  failures: readonly SmallestFailure[],
  seconds: number,
): SimulationReport {
  const kinds: readonly string[] = [...faultKinds, ...orderKinds];
  return {
    schema: "ghrunners.simulation/1",
    seed,
    runs: results.length,
    failed: results.filter(({ problems }) => problems.length > 0).length,
    seconds: Math.round(seconds * 10) / 10,
    runsPerSecond: Math.round((10 * results.length) / Math.max(seconds, 0.1)) / 10,
    endings: count(results),
    coverage: kinds.map((kind) => {
      const those = results.filter((result) => result.kinds.includes(kind));
      return { kind, runs: those.length, ...count(those) };
    }),
    failures: failures.map(({ seed: of, plan, problems, trace }) => ({
      seed: of,
      problems: [...problems],
      faults: plan.faults.map(({ kind, at, seconds: long }) => `${kind} at ${(at / 1000).toFixed(1)} s for ${long} s`),
      trace: [...trace],
    })),
  };
}

const cells = (words: readonly (string | number)[]): string =>
  words.map((word, index) => (index === 0 ? String(word).padEnd(24) : String(word).padStart(8))).join("");

export function renderReport({
  seed,
  runs,
  failed,
  seconds,
  runsPerSecond,
  coverage,
  failures,
  ...report
}: SimulationReport): string {
  const { old, new: fresh, locked } = report.endings;
  const lines = [
    `${runs} runs from seed ${seed} in ${seconds} s (${runsPerSecond} a second): ${failed} failed.`,
    "",
    cells(["kind", "runs", ...endings]),
    ...coverage.map((row) => cells([row.kind, row.runs, row.old, row.new, row.locked])),
    cells(["all", runs, old, fresh, locked]),
    ...failures.flatMap((failure) => [
      "",
      `seed ${failure.seed} fails with ${failure.faults.join(", ") || "no fault at all"}:`,
      ...failure.problems.map((problem) => `  ${problem}`),
      ...failure.trace.map((line) => `    ${line}`),
      `  again: npm run simulate -- --runs 1 --seed ${failure.seed}`,
    ]),
  ];
  return `${lines.join("\n")}\n`;
}
