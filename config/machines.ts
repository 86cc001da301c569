/** The machines of a stack. Pure. */
import { DELIVERY_ROLE, type MachineRole, runnerLabels } from "@ghrunners/core/vocabulary/runner";

/** A machine of the settings: a runner that deployments may use, or the delivery runner. */
export interface MachineSettings {
  readonly role: MachineRole;
  readonly name: string;
  readonly vmId: number;
  readonly address: string;
  /** Node of its VM; undefined is proxmox.node. */
  readonly node?: string | undefined;
}

/**
 * Every machine of the stack, the delivery runner last: for what looks at machines, whatever they are for. Whoever
 * chooses a runner for the application's jobs takes `settings.runners` instead.
 */
export function machinesOf({
  runners,
  deliveryRunner,
}: {
  readonly runners: readonly MachineSettings[];
  readonly deliveryRunner?: Omit<MachineSettings, "role"> | undefined;
}): readonly MachineSettings[] {
  if (deliveryRunner === undefined) return runners;
  const { name, vmId, address, node } = deliveryRunner;
  return [...runners, { role: DELIVERY_ROLE, name, vmId, address, node }];
}

/** The labels of a machine's runner; those that the settings add are for the runners of deployments only. */
export const labelsOf = (
  { environment, agent }: { readonly environment: string; readonly agent: { readonly extraLabels: readonly string[] } },
  { role }: Pick<MachineSettings, "role">,
): string[] => runnerLabels(environment, role, role === DELIVERY_ROLE ? [] : agent.extraLabels);

/**
 * Whether this stack minds runners with the label of deliveries that it does not know: it has one of its own, or the
 * setting that names those of others. A stack without either could not say which one is meant.
 */
export const mindsDeliveries = ({
  monitoring,
  deliveryRunner,
}: {
  readonly monitoring?: unknown;
  readonly deliveryRunner?: unknown;
}): boolean => monitoring !== undefined || deliveryRunner !== undefined;
