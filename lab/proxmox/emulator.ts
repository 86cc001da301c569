import path from "node:path";
import type { RequestListener } from "node:http";
import type { MachineBackend } from "../machines";
import { AccessControl } from "./access";
import { Accounts } from "./accounts";
import { createAdministration } from "./administration";
import { createApi } from "./api/server";
import { Events } from "./events";
import { ProxmoxFaults } from "./faults";
import { ImageFiles } from "./images";
import type { ClockAndRandom } from "./model";
import { exclusiveByVm, type ProxmoxNode } from "./node";
import { capabilityRoutes } from "./routes/capabilities";
import { clusterRoutes } from "./routes/cluster";
import { firewallSetRoutes } from "./routes/firewall-sets";
import { firewallRoutes } from "./routes/firewall";
import { imageRoutes } from "./routes/images";
import { poolRoutes } from "./routes/pools";
import { powerRoutes } from "./routes/power";
import { qemuRoutes } from "./routes/qemu";
import type { ProxmoxSeed } from "./seed";
import { ProxmoxStore } from "./store";
import { Tasks } from "./tasks";
import { removeMachine } from "./vm/destroy";

export interface ProxmoxEmulator {
  readonly node: ProxmoxNode;
  /** The API below `/api2/json`. */
  readonly api: RequestListener;
  /** The administration below `/_lab`. */
  readonly administration: RequestListener;
}

/**
 * Proxmox VE's API over a state folder. Carries on where a killed emulator stopped: running machines are found again, a
 * task without an end has failed, and a VM or clone that was not finished is removed.
 */
export async function createEmulator(
  folder: string,
  seed: ProxmoxSeed,
  machines: MachineBackend,
  environment: ClockAndRandom,
): Promise<ProxmoxEmulator> {
  const store = new ProxmoxStore(folder, seed);
  const faults = new ProxmoxFaults(path.join(folder, "faults.json"));
  const events = new Events(path.join(folder, "events.jsonl"), environment);
  const tasks = new Tasks(path.join(folder, "tasks.jsonl"), seed.node, environment, events, () =>
    faults.taskDelaySeconds(),
  );
  const images = new ImageFiles(path.join(folder, "images"));
  const exclusive = exclusiveByVm();
  const node: ProxmoxNode = { seed, store, tasks, events, faults, machines, images, environment, exclusive };
  for (const vm of store.allVms().filter(({ lock }) => lock === "clone" || lock === "create"))
    await removeMachine(node, vm.vmid);
  const accounts = new Accounts(path.join(folder, "accounts.json"));
  const tokens = () => [...seed.tokens, ...accounts.tokens()];
  const access = new AccessControl(tokens, faults, (vmid) => store.poolOf(vmid)?.poolid);
  const routes = [
    ...qemuRoutes,
    ...powerRoutes,
    ...firewallRoutes,
    ...firewallSetRoutes,
    ...clusterRoutes,
    ...poolRoutes,
    ...imageRoutes,
    ...capabilityRoutes,
  ];
  return { node, api: createApi(node, access, routes), administration: createAdministration(node, access, accounts) };
}
