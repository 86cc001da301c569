/** Which runners are in maintenance: what `ghrunners maintenance --json` prints. Pure. */
import type { Described } from "@ghrunners/core/schema";
import type { maintenanceReportSchema } from "./schema";
import pc from "picocolors";
import { maintenanceOf, type Maintenance } from "@ghrunners/failover/choice/maintenance";
import { silenceOf, type Silence } from "./silence";
import type { RunnerView } from "./plan";

export type MaintenanceReport = Described<typeof maintenanceReportSchema>;

export function reportOf(
  environment: string,
  runners: readonly RunnerView[],
  entries: readonly Maintenance[],
  silences: readonly Silence[],
): MaintenanceReport {
  return {
    schema: "ghrunners.maintenance-report/1",
    environment,
    runners: runners.map(({ name, role, problems }) => {
      const entry = maintenanceOf(entries, name);
      return {
        name,
        role,
        maintenance: entry === undefined ? null : { until: entry.until, reason: entry.reason, by: entry.by },
        silencedUntil: silenceOf(silences, environment, name)?.endsAt ?? null,
        problems,
      };
    }),
  };
}

/** Lines for the status screen: the runners in maintenance. Empty if there are none. */
export const maintenanceBanner = (entries: readonly Maintenance[]): string[] =>
  entries.map(({ name, until, reason, by }) =>
    pc.yellow(`  In maintenance until ${until}: ${name} (${reason}; by ${by})`),
  );

export function renderReport({ environment, runners }: MaintenanceReport): string {
  const lines = runners.flatMap(({ name, role, maintenance, silencedUntil, problems }) => [
    maintenance === null
      ? `  ${pc.green("●")} ${name} (${role}): in service`
      : `  ${pc.yellow("●")} ${name} (${role}): in maintenance until ${maintenance.until}: ${maintenance.reason} (by ${maintenance.by})`,
    ...(silencedUntil === null ? [] : [`      its alerts are silent until ${silencedUntil}`]),
    ...problems.map((problem) => `      ${problem}`),
  ]);
  return `${[pc.bold(`Runners of ${environment}`), ...lines].join("\n")}\n`;
}
