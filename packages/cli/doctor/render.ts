/** The report as a list by stage, with the summary at its end. Pure. */
import pc from "picocolors";
import type { Described } from "@ghrunners/core/schema";
import type { CheckedFact } from "./check";
import type { doctorReportSchema } from "./schema";
import { stages, type DoctorStage } from "./stages";

/** What `ghrunners doctor --json` prints. */
export type DoctorReport = Described<typeof doctorReportSchema>;

const signs: Readonly<Record<CheckedFact["state"], string>> = {
  ok: pc.green("●"),
  warning: pc.yellow("▲"),
  problem: pc.red("✗"),
  unknown: pc.red("?"),
  skipped: pc.dim("-"),
};

const nameOf = ({ id, subject }: CheckedFact): string => (subject === null ? id : `${id} ${subject}`);

function lines(check: CheckedFact, width: number): string[] {
  const { state, seen, expected, next } = check;
  const head = `  ${signs[state]} ${nameOf(check).padEnd(width)}  ${seen ?? ""}`.trimEnd();
  if (state === "ok") return [head];
  return [head, `      expected: ${expected}`, ...(next === null ? [] : [`      next:     ${pc.bold(next)}`])];
}

/** One line for all checks of a stage that one cause has skipped. */
function skippedLines(skipped: readonly CheckedFact[]): string[] {
  const causes = [...new Set(skipped.map(({ because }) => because ?? ""))];
  return causes.map((cause) => {
    const count = skipped.filter(({ because }) => because === cause).length;
    return `  ${signs.skipped} ${pc.dim(`${count} ${count === 1 ? "check" : "checks"} skipped because of ${cause}`)}`;
  });
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

function summary({ checks, healthy, seconds }: DoctorReport): string[] {
  const count = (state: CheckedFact["state"]): number => checks.filter((check) => check.state === state).length;
  const parts = [
    `${count("ok")} ok`,
    ...(count("problem") > 0 ? [pc.red(plural(count("problem"), "problem"))] : []),
    ...(count("unknown") > 0 ? [pc.red(`${count("unknown")} unknown`)] : []),
    ...(count("warning") > 0 ? [pc.yellow(plural(count("warning"), "warning"))] : []),
    ...(count("skipped") > 0 ? [`${count("skipped")} skipped`] : []),
  ];
  const first = checks.find(({ state }) => state === "problem" || state === "unknown");
  return [
    `${healthy ? pc.green("Healthy") : pc.red("Not healthy")}: ${parts.join(", ")} (${seconds.toFixed(1)} s).`,
    ...(first?.next == null ? [] : [`Begin with ${nameOf(first)}: ${pc.bold(first.next)}`]),
  ];
}

export function renderDoctor(report: DoctorReport): string {
  const { checks } = report;
  const width = Math.max(...checks.filter(({ state }) => state !== "skipped").map((check) => nameOf(check).length));
  const body = (Object.keys(stages) as DoctorStage[]).flatMap((stage) => {
    const here = checks.filter((check) => check.stage === stage);
    if (here.length === 0) return [];
    const judged = here.filter(({ state }) => state !== "skipped").flatMap((check) => lines(check, width));
    const skipped = skippedLines(here.filter(({ state }) => state === "skipped"));
    return ["", pc.bold(stages[stage]), ...judged, ...skipped];
  });
  return [...body, "", ...summary(report), ""].join("\n");
}
