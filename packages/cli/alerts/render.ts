import pc from "picocolors";
import type { AlertStatus } from "../monitoring/look";
import type { Notification } from "../monitoring/notifications";
import type { AlertsView } from "./look.worker";

const colour: Readonly<Record<string, (text: string) => string>> = {
  critical: pc.red,
  warning: pc.yellow,
  info: pc.cyan,
};
const paint = (severity: string, text: string): string => (colour[severity] ?? ((plain: string) => plain))(text);

/** Whole seconds, minutes or hours, as a person says it. */
export function age(from: string, at: Date): string {
  const seconds = Math.max(0, Math.round((at.getTime() - Date.parse(from)) / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

function alertLines(alert: AlertStatus, at: Date): string[] {
  const who = [alert.role, alert.runner].filter((part) => part !== null).join(" ");
  return [
    `  ${paint(alert.severity, alert.severity.padEnd(8))} ${alert.state.padEnd(7)} ${pc.bold(alert.name)}${who === "" ? "" : ` (${who})`} for ${age(alert.since, at)}`,
    `           ${alert.summary}`,
    `           ${pc.dim(alert.runbook)}`,
  ];
}

/** One line for each alert of a notification. */
export function notificationLines({ at, receiver, alerts }: Notification): string[] {
  return alerts.map(({ status, labels }) => {
    const who = [labels.role, labels.runner ?? labels.target].filter((part) => part !== undefined).join(" ");
    const word = status === "firing" ? paint(labels.severity ?? "", "FIRING  ") : pc.green("RESOLVED");
    return `  ${at.slice(11, 19)}  ${word}  ${(labels.severity ?? "").padEnd(8)}  ${pc.bold(labels.alertname ?? "")}${who === "" ? "" : ` (${who})`} -> ${receiver}`;
  });
}

/** Firing and pending alerts, and what on-call was last told. Pure. */
export function renderAlerts(view: AlertsView, at: Date, last = 12): string {
  const told = view.notifications?.flatMap(notificationLines).slice(-last);
  return [
    "",
    pc.bold("Alerts"),
    ...(view.alerts.length === 0
      ? [`  ${pc.green("none")}: ${view.rules.rules} rules are watching`]
      : view.alerts.flatMap((alert) => alertLines(alert, at))),
    ...(view.watchdog
      ? []
      : [pc.red("  Watchdog does not fire: nobody may be told of anything (docs/runbooks/monitoring-blind.md)")]),
    ...(told === undefined
      ? []
      : ["", pc.bold("What on-call was told (UTC)"), ...(told.length === 0 ? ["  nothing yet"] : told)]),
    "",
  ].join("\n");
}
