/** What `ghrunners patch` plans or did, for people. Pure. */
import pc from "picocolors";
import { textTable } from "@ghrunners/core/text-table";
import type { Described } from "@ghrunners/core/schema";
import type { patchReportSchema } from "./schema";

export type PatchReport = Described<typeof patchReportSchema>;
type Row = PatchReport["runners"][number];

const results: Readonly<Record<Row["result"], string>> = {
  planned: "planned",
  patched: pc.green("patched"),
  failed: pc.red("failed"),
  "not-begun": pc.yellow("not begun"),
};

const count = (names: readonly string[] | undefined): string =>
  names === undefined ? "unknown" : String(names.length);

function restart({ restartRequired, restarted }: Row): string {
  if (restarted) return "done";
  if (restartRequired === null) return "unknown";
  return restartRequired ? "required" : "if required";
}

export function renderPatch(report: PatchReport): string {
  const { runners, applied, problem } = report;
  const rows = runners.map((row) => [
    `  ${row.name}`,
    row.role,
    count(row.updates?.security),
    count(row.updates?.other),
    restart(row),
    results[row.result],
  ]);
  const details = runners.flatMap(({ name, updates, problems }) => [
    ...(updates === null || updates.security.length === 0
      ? []
      : [`  ${name}, security: ${updates.security.join(", ")}`]),
    ...(updates === null || updates.other.length === 0 ? [] : [`  ${name}, other: ${updates.other.join(", ")}`]),
    ...problems.map((each) => pc.yellow(`  ${name}: ${each}`)),
  ]);
  return [
    pc.bold(`Updates of the machines of ${report.stack}, in this order`),
    ...textTable([["  runner", "role", "security", "other", "restart", "state"], ...rows]),
    ...(details.length === 0 ? [] : ["", ...details]),
    "",
    ...(problem === null ? [] : [pc.red(problem), ""]),
    ...(applied
      ? []
      : [
          "For each: maintenance until it is idle, every update, a restart if one is required, a job, back into service.",
          "Nothing was changed.",
          "Next: ghrunners patch --apply",
        ]),
    "",
  ].join("\n");
}
