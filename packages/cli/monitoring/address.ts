import type { Settings } from "@ghrunners/config/parse";

/** Where the monitoring host's services are met from the operator's side. */
export interface MonitoringUrls {
  readonly prometheus: string;
  readonly alertmanager: string;
}

/** An URL as the host itself sees it, from outside: its loopback is its address. */
export function fromOutside(url: string, host: string): string {
  const seen = new URL(url);
  if (/^(127\.|localhost$)/.test(seen.hostname)) seen.hostname = host;
  return seen.href.replace(/\/$/, "");
}

/** Undefined where the stack has no monitoring host. */
export function monitoringUrls({
  monitoring,
  hosts,
}: Pick<Settings, "monitoring" | "hosts">): MonitoringUrls | undefined {
  if (monitoring === undefined || hosts === "skip") return undefined;
  return {
    prometheus: fromOutside(monitoring.prometheusUrl, monitoring.host),
    alertmanager: fromOutside(monitoring.alertmanager.url, monitoring.host),
  };
}
