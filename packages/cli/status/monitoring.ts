import type { Described } from "@ghrunners/core/schema";
import type { monitoringStatusSchema } from "./schema";
import type { AlertStatus, TargetStatus } from "../monitoring/look";

/** The monitoring of one stack, as the status report shows it. */
export type MonitoringStatus = Described<typeof monitoringStatusSchema>;

/** Targets that Prometheus has asked in vain, or not at all yet: of these nothing is known now. Pure. */
export const unseenTargets = ({ targets }: MonitoringStatus): readonly TargetStatus[] =>
  targets.filter(({ health }) => health !== "up");

const nameOf = ({ job, subject }: TargetStatus): string => `${job}${subject === null ? "" : ` of ${subject}`}`;

/**
 * Critical alerts that fire: somebody has to act now, so the status is not healthy. Warnings are shown beside them and have
 * an exit code of their own (`ghrunners alerts`): a busy processor or a secret that is due is no broken runner. Pure.
 */
export const firingAlerts = ({ alerts }: MonitoringStatus): readonly AlertStatus[] =>
  alerts.filter(({ state, severity }) => state === "firing" && severity === "critical");

/**
 * What of the monitoring is not as configured, and what fires. An exporter that nobody can read is a problem: its alerts are
 * blind. Pure.
 */
export function monitoringProblems(status: MonitoringStatus): string[] {
  const { prometheus, rules } = status;
  return [
    ...unseenTargets(status).map((target) =>
      target.health === "unknown"
        ? `exporter ${nameOf(target)} was not scraped yet`
        : `exporter ${nameOf(target)} is down: ${target.error}`,
    ),
    ...(rules.rules === 0 ? [`Prometheus at ${prometheus} has none of this stack's rules. Next: pulumi up`] : []),
    ...rules.broken.map(({ name, error }) => `rule ${name} cannot be evaluated: ${error}`),
    ...(rules.rules > 0 && !status.watchdog
      ? ["the Watchdog does not fire, so nobody may be told of any alert. Next: ghrunners alerts"]
      : []),
    ...firingAlerts(status).map(
      ({ name, runner, role, summary, runbook }) =>
        `alert ${name} (${runner ?? role ?? "all"}) fires: ${summary}. Runbook: ${runbook}`,
    ),
  ];
}

/** One line each for exporters, rules and alerts; `mark` makes the dot. Pure. */
export function monitoringLines(status: MonitoringStatus, mark: (good: boolean) => string): string[] {
  const { targets, rules, alerts } = status;
  const up = targets.filter(({ health }) => health === "up").length;
  const down = unseenTargets(status);
  const firing = alerts.filter(({ state }) => state === "firing");
  const pending = alerts.filter(({ state }) => state === "pending").length;
  const said = firing.map(({ name, runner, role }) => `${name} (${runner ?? role ?? "all"})`);
  return [
    `  ${mark(down.length === 0)} ${up} of ${targets.length} exporters up${down.length === 0 ? "" : `; ${down.map((target) => `${nameOf(target)} ${target.health}`).join(", ")}`}`,
    `  ${mark(rules.rules > 0 && rules.broken.length === 0)} ${rules.rules} rules in ${rules.groups} groups`,
    `  ${mark(firing.length === 0 && status.watchdog)} ${firing.length === 0 ? "no alert fires" : `firing: ${said.join(", ")}`}${pending === 0 ? "" : `; ${pending} pending`}${status.watchdog ? "" : "; Watchdog is silent"}`,
  ];
}
