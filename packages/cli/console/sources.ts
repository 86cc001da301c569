/** Where the console's parts come from: the readers of `status`, `gate`, `alerts` and `review`. */
import { hasFailover } from "@ghrunners/config/failover";
import type { Settings } from "@ghrunners/config/parse";
import { gateOf, noSwitch } from "../gate/run";
import { monitoringUrls } from "../monitoring/address";
import { collectMonitoring } from "../monitoring/collect";
import { readHistory } from "../review/read-history";
import { statusBy } from "../status/status";
import type { PartSources } from "./readings";
import { deploymentsOf, type TargetDeployments } from "./snapshot";

/**
 * Ages at which a part is read again, ms. Of GitHub's 5000 requests of an hour, a status takes up to 20 and the gate
 * one (whether deployments are paused), so a page that is always open uses less than half of them. The switch and the
 * targets are read by SSH, alerts from Prometheus.
 */
const EVERY_MS = { status: 45_000, gate: 10_000, monitoring: 5_000, deployments: 10_000 } as const;

async function deployments(settings: Settings): Promise<TargetDeployments[]> {
  return Promise.all(
    settings.targets.map(({ name }) =>
      readHistory(settings, name).then(
        (history) => deploymentsOf(name, history),
        (error: Error) => ({ target: name, problem: error.message, open: null, deployments: [] }),
      ),
    ),
  );
}

/** @param stack its name, for the texts */
export function sourcesOf(stack: string, settings: Settings): PartSources {
  const urls = monitoringUrls(settings);
  return {
    status: { read: () => statusBy(stack, settings), everyMs: EVERY_MS.status },
    gate: hasFailover(settings)
      ? {
          read: async () => {
            const view = await gateOf(stack, settings);
            if (view === undefined) throw new Error(noSwitch(stack, settings));
            return view;
          },
          everyMs: EVERY_MS.gate,
        }
      : { off: noSwitch(stack, settings) },
    monitoring:
      urls === undefined
        ? { off: `The stack ${stack} has no monitoring host. Next: docs/how-to/monitoring-host.md` }
        : { read: () => collectMonitoring(urls, settings.environment), everyMs: EVERY_MS.monitoring },
    deployments:
      settings.targets.length === 0
        ? { off: `The stack ${stack} has no deployment target. Next: docs/how-to/workflows.md` }
        : { read: () => deployments(settings), everyMs: EVERY_MS.deployments },
  };
}
