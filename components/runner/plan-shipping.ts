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
}

/** Loki's push endpoint, by the settings. */
export function lokiUrlOf(settings: ShippingSettings, monitoringHost: string): string {
  return settings.lokiUrl ?? `http://${monitoringHost}:3100/loki/api/v1/push`;
}

/**
 * The firewall rule that log shipping needs. None for a Loki given by name, because a rule needs an address: TCP 443 is
 * open anyway, and another port must be set in network.egress.
 */
export function logEgress(settings: ShippingSettings, monitoringHost: string): LogEgress[] {
  const rule = (host: string, ports: number): LogEgress[] => [
    { to: `${host}/32`, ports: String(ports), protocol: "tcp", comment: "Logs" },
  ];
  if (settings.kind === "none") return [];
  if (settings.kind === "journal-upload") return rule(monitoringHost, JOURNAL_REMOTE_PORT);
  const { hostname, port, protocol } = new URL(lokiUrlOf(settings, monitoringHost));
  const isAddress = /^\d+(\.\d+){3}$/.test(hostname);
  return isAddress ? rule(hostname, Number(port) || (protocol === "https:" ? 443 : 80)) : [];
}
