import pc from "picocolors";
import { paint } from "@ghrunners/cli/alerts/render";
import { runOnHost } from "../hosts/shell";
import type { LabSession } from "../pulumi/session";
import { topology } from "../topology";

/**
 * A notification as Alertmanager's webhook sends it (prometheus.io/docs/alerting/latest/configuration, webhook_config).
 */
export interface Notification {
  /** Number in the receiver's record. */
  readonly seq: number;
  /** When it came, RFC 3339. */
  readonly at: string;
  readonly receiver: string;
  readonly alerts: readonly {
    readonly status: "firing" | "resolved";
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly startsAt: string;
  }[];
}

/** What the receiver on the lab's monitoring host has recorded. @throws Error when it does not answer */
export async function notificationsOf({ lab }: LabSession): Promise<readonly Notification[]> {
  const { address, receiverPort } = topology.hosts.monitoring;
  const ask = `curl --fail --silent --show-error --max-time 10 http://${address}:${receiverPort}/notifications`;
  const { code, output } = await runOnHost(lab.instance, "monitoring", ask);
  if (code !== 0) throw new Error(`The on-call receiver does not answer: ${output.trim()}. Next: npm run lab -- up`);
  return JSON.parse(output) as Notification[];
}

/** One line for each alert of a notification. */
export function notificationLines({ at, receiver, alerts }: Notification): string[] {
  return alerts.map(({ status, labels }) => {
    const who = [labels.role, labels.runner ?? labels.target].filter((part) => part !== undefined).join(" ");
    const word = status === "firing" ? paint(labels.severity ?? "", "FIRING  ") : pc.green("RESOLVED");
    return `  ${at.slice(11, 19)}  ${word}  ${(labels.severity ?? "").padEnd(8)}  ${pc.bold(labels.alertname ?? "")}${who === "" ? "" : ` (${who})`} -> ${receiver}`;
  });
}
