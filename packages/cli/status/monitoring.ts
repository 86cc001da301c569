import type { Described } from "@ghrunners/core/schema";
import type { monitoringStatusSchema } from "./schema";
import { missingRules } from "../monitoring/missing-rules";
import type { AlertStatus, TargetStatus } from "../monitoring/collect";

/** The monitoring of one stack, as the status report shows it. */
export type MonitoringStatus = Described<typeof monitoringStatusSchema>;

/** Targets that do not answer Prometheus, or that it has not scraped yet: their state is unknown. Pure. */
export const unseenTargets = ({ targets }: MonitoringStatus): readonly TargetStatus[] =>
  targets.filter(({ health }) => health !== "up");

const nameOf = ({ job, subject }: TargetStatus): string => `${job}${subject === null ? "" : ` of ${subject}`}`;

/**
 * Critical alerts that fire: on-call has to act now, so the status is not healthy. Warnings are shown, but do not
 * change the status: a busy processor or a secret due for rotation is not a broken runner. `ghrunners alerts` has an
 * exit code for them. Pure.
 */
export const firingAlerts = ({ alerts }: MonitoringStatus): readonly AlertStatus[] =>
  alerts.filter(({ state, severity }) => state === "firing" && severity === "critical");

/**
 * What is not as configured in monitoring, and which alerts fire. An exporter that cannot be read is a problem, because
 * its alerts cannot fire. Pure.
 */
export function monitoringProblems(status: MonitoringStatus): string[] {
  const { rules } = status;
  const withoutRules = missingRules(status);
  return [
    ...unseenTargets(status).map((target) =>
      target.health === "unknown"
        ? `exporter ${nameOf(target)} was not scraped yet`
        : `exporter ${nameOf(target)} is down: ${target.error}`,
    ),
    ...(withoutRules === undefined ? [] : [withoutRules]),
    ...rules.broken.map(({ name, error }) => `rule ${name} cannot be evaluated: ${error}`),
    ...(withoutRules === undefined && !status.watchdog
      ? ["the Watchdog does not fire, so alerts may reach no one. Next: ghrunners alerts"]
      : []),
    ...firingAlerts(status).map(
      ({ name, runner, role, summary, runbook }) =>
        `alert ${name} (${runner ?? role ?? "all"}) fires: ${summary}. Runbook: ${runbook}`,
    ),
  ];
}

/** One line each for exporters, rules and alerts; `mark` draws the dot. Pure. */
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
