import type { Settings } from "@ghrunners/config/parse";

/** Addresses of the monitoring host's services, as the operator's machine reaches them. */
export interface MonitoringUrls {
  readonly prometheus: string;
  readonly alertmanager: string;
}

/**
 * Converts a URL that is valid on the host itself to one for use from outside: a loopback address becomes the host's.
 */
export function fromOutside(url: string, host: string): string {
  const seen = new URL(url);
  if (/^(127\.|localhost$)/.test(seen.hostname)) seen.hostname = host;
  return seen.href.replace(/\/$/, "");
}

/** Undefined if the stack has no monitoring host. */
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
