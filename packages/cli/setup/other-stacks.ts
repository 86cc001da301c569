/** What a monitoring host can have from one stack alone, and has from another one. Pure. */
import type { SeenMonitoring, WatchedEnvironment } from "./monitoring-seen";

/** What the stack asks for. */
export interface SharedParts extends WatchedEnvironment {
  readonly fleetExporter: boolean;
  readonly dashboards: boolean;
}

/** One line for each part; `pulumi up` would refuse them. */
export function takenParts({ fleetOf, dashboardsOf }: SeenMonitoring, wanted: SharedParts): string[] {
  const isOurs = fleetOf?.repository === wanted.repository && fleetOf.environment === wanted.environment;
  const [other] = dashboardsOf.filter((environment) => environment !== wanted.environment);
  return [
    ...(wanted.fleetExporter && fleetOf !== undefined && !isOurs
      ? [
          `The monitoring host has the fleet exporter of ${fleetOf.environment} of ${fleetOf.repository}, and a host has one. ` +
            "Next: ghrunners init --set monitoring.fleetExporter=false; this stack is then without GitHub's view and without failover",
        ]
      : []),
    ...(wanted.dashboards && other !== undefined
      ? [
          `The monitoring host has the dashboards of ${other}, which show every environment. ` +
            "Next: ghrunners init --set monitoring.dashboards=false",
        ]
      : []),
  ];
}
