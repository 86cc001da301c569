import pc from "picocolors";
import type { DriftReport } from "./report";

/** The report as text: the most serious findings first, each with its repair. Pure. */
export function renderDrift(report: DriftReport): string {
  const head = `${pc.bold(report.repository)}  stack ${pc.bold(report.stack)}  environment ${pc.bold(report.environment)}`;
  const findings = report.findings.flatMap(({ id, subject, expected, seen, severity, repair }) => [
    "",
    `${severity === "critical" ? pc.red("●") : pc.yellow("●")} ${pc.bold(id)}  ${subject}`,
    `    expected: ${expected}`,
    `    seen:     ${seen}`,
    `    repair:   ${repair}`,
  ]);
  const errors = report.errors.map((error) => `  - ${error}`);
  return [
    "",
    head,
    ...findings,
    ...(errors.length === 0
      ? []
      : ["", pc.red(`Unknown: ${report.unknown.join(", ")}. Could not be read:`), ...errors]),
    "",
    report.clean
      ? pc.green("No drift.")
      : pc.red(`${report.findings.length} difference(s), ${errors.length} error(s).`),
    "",
  ].join("\n");
}
