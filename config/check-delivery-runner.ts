/** Checks between the delivery runner and the other settings. Pure; finds all problems, throws nothing. */
import { parseAddress } from "@ghrunners/core/vocabulary/ipv4";
import { DELIVERY_ROLE } from "@ghrunners/core/vocabulary/runner";
import type { DeliveryRunnerSettings } from "./delivery-runner";
import type { Problem } from "./problem";
import { blank, setCommand } from "./set-command";
import type { ParsedSettings } from "./schema";

const SETTING = "deliveryRunner";

/** No name, VMID or address of a runner. */
export function sharedValues(own: DeliveryRunnerSettings, runners: ParsedSettings["runners"]): Problem[] {
  return (["name", "vmId", "address"] as const).flatMap((key) => {
    const index = runners.findIndex((runner) => runner[key] === own[key]);
    if (index < 0) return [];
    const seen = `${JSON.stringify(own[key])}, as runners[${index}] has it`;
    return [{ path: `${SETTING}.${key}`, seen, allowed: `a ${key} of its own` }];
  });
}

/** What is allowed in the place of the delivery runner's label. */
export const ANOTHER = `another word: jobs for the delivery runner ask for the label ${DELIVERY_ROLE}`;

/** The runners of deployments have the environment's name as a label. */
export const stolenEnvironment = (environment: string): Problem[] =>
  environment === DELIVERY_ROLE
    ? [
        {
          path: "environment",
          seen: environment,
          allowed: ANOTHER,
          next: setCommand("environment", blank("another word")),
        },
      ]
    : [];

/** Whether one of the ports and ranges, as Proxmox VE writes them, is this one. */
const opens = (ports: string, port: number): boolean =>
  ports.split(",").some((range) => {
    const [first = NaN, last = first] = range.split(":").map(Number);
    return port >= first && port <= last;
  });

/** A firewall knows no names: for an API that has one, the address must be in the settings. 443 is open to everywhere. */
export function unreachableApi({ egress }: DeliveryRunnerSettings, endpoint: string): Problem[] {
  const { hostname, port } = new URL(endpoint);
  const wanted = Number(port) || 443;
  const isOpen = egress.some(({ ports, protocol }) => protocol === "tcp" && opens(ports, wanted));
  if (parseAddress(hostname) !== undefined || wanted === 443 || isOpen) return [];
  return [
    {
      path: `${SETTING}.egress`,
      seen: `no rule for TCP ${wanted}, the port of proxmox.endpoint, which has a name and no address`,
      allowed: `a rule with the address of ${hostname} and port ${wanted}`,
      next: `pulumi config set --path 'ghrunners:${SETTING}.egress[${egress.length}]' '{"to":"ADDRESS/32","ports":"${wanted}"}'`,
    },
  ];
}
