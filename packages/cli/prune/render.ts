/** What a stack left behind, for people. Pure. */
import pc from "picocolors";
import { textTable } from "@ghrunners/core/text-table";
import type { Described } from "@ghrunners/core/schema";
import { calledBy } from "./plan";
import type { pruneReportSchema } from "./schema";

export type PruneReport = Described<typeof pruneReportSchema>;

const DAY_MS = 86_400_000;

const age = (since: string | null, now: Date): string =>
  since === null ? "unknown" : `${Math.max(0, Math.floor((now.getTime() - Date.parse(since)) / DAY_MS))} d`;

const state = (removed: boolean, refusal: string | null): string => {
  if (removed) return pc.green("removed");
  return refusal === null ? "removable" : pc.yellow("kept");
};

export function renderPrune(report: PruneReport, now: Date): string {
  const { leftovers, applied, problems, removed } = report;
  const rows = leftovers.map((leftover) => {
    const { kind, id, name, place, since, refusal } = leftover;
    return [`  ${state(removed.includes(calledBy(leftover)), refusal)}`, kind, id, name, place, age(since, now)];
  });
  const heading = ["  ", "what", "id", "name", "where", "age"];
  const reasons = leftovers.flatMap(({ kind, id, why, refusal }) => [
    `  ${kind} ${id}: ${why}`,
    ...(refusal === null ? [] : [`    kept: ${refusal}`]),
  ]);
  const open = leftovers.filter(({ refusal }) => refusal === null).length;
  return [
    pc.bold(`Left behind by ${report.stack}`),
    ...(leftovers.length === 0 ? ["  nothing"] : [...textTable([heading, ...rows]), "", pc.bold("Why"), ...reasons]),
    ...(problems.length === 0
      ? []
      : ["", pc.red(`${problems.length} problem(s):`), ...problems.map((each) => `  - ${each}`)]),
    "",
    ...(applied
      ? [`${removed.length} removed.`]
      : ["Nothing was changed.", ...(open > 0 ? ["Next: ghrunners prune --apply"] : [])]),
    "",
  ].join("\n");
}
