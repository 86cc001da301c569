/**
 * What log settings mean for the runners: where they send logs, and which firewall rule that needs. Pure.
 */
import { JOURNAL_REMOTE_PORT } from "@ghrunners/core/vocabulary/logs";

export interface ShippingSettings {
  readonly kind: "alloy" | "journal-upload" | "none";
  /** Loki's push endpoint; default: port 3100 of the monitoring host. */
  readonly lokiUrl?: string | undefined;
}

/** A rule in the form of the configuration's `network.egress`. */
export interface LogEgress {
  readonly to: string;
  readonly ports: string;
  readonly protocol: "tcp";
  readonly comment: string;
  /** Root's shippers send, jobs do not. */
  readonly forJobs: false;
}

/** Loki's push endpoint, by the settings. */
export function lokiUrlOf(settings: ShippingSettings, monitoringHost: string): string {
  return settings.lokiUrl ?? `http://${monitoringHost}:3100/loki/api/v1/push`;
}

/**
 * The firewall rule that log shipping needs. A rule needs an address: for a Loki given by name TCP 80 and 443 are open
 * anyway, and another port must be set in network.egress. The name may be the monitoring host's own, where 80 and 443
 * are otherwise closed.
 */
export function logEgress(settings: ShippingSettings, monitoringHost: string): LogEgress[] {
  const rule = (host: string, ports: number): LogEgress[] => [
    { to: `${host}/32`, ports: String(ports), protocol: "tcp", comment: "Logs", forJobs: false },
  ];
  if (settings.kind === "none") return [];
  if (settings.kind === "journal-upload") return rule(monitoringHost, JOURNAL_REMOTE_PORT);
  const { hostname, port, protocol } = new URL(lokiUrlOf(settings, monitoringHost));
  const isAddress = /^\d+(\.\d+){3}$/.test(hostname);
  const number = Number(port) || (protocol === "https:" ? 443 : 80);
  if (isAddress) return rule(hostname, number);
  return number === 80 || number === 443 ? rule(monitoringHost, number) : [];
}
