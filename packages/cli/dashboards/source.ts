/** Which Prometheus is asked, and about which environment. Pure. */
import type { Settings } from "@ghrunners/config/parse";
import { monitoringUrls } from "../monitoring/address";

/** What the command line says. */
export interface AskedSource {
  readonly prometheus?: string | undefined;
  readonly environment?: string | undefined;
}

/** A stack of which the command works, if it names no other source. */
export interface OwnStack {
  readonly name: string;
  readonly settings: Pick<Settings, "monitoring" | "hosts" | "environment">;
}

export interface DashboardSource {
  readonly url: string;
  /** Undefined: the first that has targets, as nothing says which. */
  readonly environment: string | undefined;
}

/**
 * A Prometheus may serve several stacks, so a stack's dashboards are of its own environment.
 * @param own undefined if the address of Prometheus is given, so that no stack is needed
 * @throws Error if neither an option nor the stack gives Prometheus's address
 */
export function sourceOf({ prometheus, environment }: AskedSource, own: OwnStack | undefined): DashboardSource {
  const url = prometheus ?? (own && monitoringUrls(own.settings)?.prometheus);
  if (url !== undefined) return { url, environment: environment ?? own?.settings.environment };
  throw new Error(
    `The stack ${own?.name} has no monitoring host. Expected the group ghrunners:monitoring, or --prometheus URL.`,
  );
}

/**
 * @param known environments that have targets
 * @throws Error if the wanted one has none
 */
export function environmentAt({ url, environment: wanted }: DashboardSource, known: readonly string[]): string {
  const environment = wanted ?? known[0];
  if (environment !== undefined && known.includes(environment)) return environment;
  throw new Error(
    `Prometheus at ${url} has targets of ${known.join(", ") || "no environment"}, expected ${wanted ?? "at least one"}. Set the monitoring group of the configuration and run pulumi up, or choose another with --environment.`,
  );
}
