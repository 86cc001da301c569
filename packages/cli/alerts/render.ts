import pc from "picocolors";
import type { AlertStatus, MonitoringView } from "../monitoring/collect";
import { missingRules } from "../monitoring/missing-rules";

const colour: Readonly<Record<string, (text: string) => string>> = {
  critical: pc.red,
  warning: pc.yellow,
  info: pc.cyan,
};
export const paint = (severity: string, text: string): string => (colour[severity] ?? ((plain: string) => plain))(text);

/** An age in whole seconds, minutes or hours. */
export function age(from: string, at: Date): string {
  const seconds = Math.max(0, Math.round((at.getTime() - Date.parse(from)) / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** The command that tells what to do about an alert. */
export const runbookCommand = ({ name, runner }: Pick<AlertStatus, "name" | "runner">): string =>
  `ghrunners runbook ${name}${runner === null ? "" : ` --runner ${runner}`}`;

function alertLines(alert: AlertStatus, at: Date): string[] {
  const who = [alert.role, alert.runner].filter((part) => part !== null).join(" ");
  return [
    `  ${paint(alert.severity, alert.severity.padEnd(8))} ${alert.state.padEnd(7)} ${pc.bold(alert.name)}${who === "" ? "" : ` (${who})`} for ${age(alert.since, at)}`,
    `           ${alert.summary}`,
    `           ${runbookCommand(alert)}`,
    `           ${pc.dim(alert.runbook)}`,
  ];
}

/** Whether someone watches and nothing that fires needs a person: the exit code is 0. Pure. */
export const isQuiet = (view: MonitoringView): boolean =>
  missingRules(view) === undefined && view.watchdog && view.alerts.every(({ state }) => state === "pending");

/** Firing and pending alerts. Pure. */
export function renderAlerts(view: MonitoringView, at: Date): string {
  const withoutRules = missingRules(view);
  // Without rules nothing can fire, the Watchdog neither.
  if (withoutRules !== undefined) return `\n${pc.bold("Alerts")}\n  ${pc.red("not known")}: ${withoutRules}\n`;
  return [
    "",
    pc.bold("Alerts"),
    ...(view.alerts.length === 0
      ? [`  ${pc.green("none")}: ${view.rules.rules} rules are watching`]
      : view.alerts.flatMap((alert) => alertLines(alert, at))),
    ...(view.watchdog
      ? []
      : [pc.red("  Watchdog does not fire: no one would be notified (docs/runbooks/monitoring-blind.md)")]),
    "",
  ].join("\n");
}
