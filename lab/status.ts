/** What `npm run lab -- status` says of a lab. */
import { existsSync } from "node:fs";
import { hostStates } from "./hosts";
import type { Instance } from "./instance";
import { type LabMode, modeOf } from "./mode";
import { ownerInWords, ownerOf, repositoryOf } from "./owner";
import { isRunning, logOf } from "./service";
import { topology } from "./topology";

type Published = keyof typeof topology.forwards;

const titles: Readonly<Record<Published, string>> = {
  proxmox: "Proxmox VE https",
  github: "GitHub https",
  prometheus: "Prometheus http",
  alertmanager: "Alertmanager http",
};

/** A lab as it is now; `mode` is `down` where there is none. */
export interface LabStatus {
  readonly instance: string;
  readonly mode: LabMode | "down";
  /** Full name of GitHub's repository, and whose it is. */
  readonly repository?: string;
  readonly owner?: string;
  readonly state: string;
  readonly services: readonly { readonly name: string; readonly running: boolean; readonly log: string }[];
  readonly hosts: readonly { readonly name: string; readonly address: string; readonly state: string }[];
}

export function labStatus(instance: Instance): LabStatus {
  const mode = modeOf(instance) ?? "down";
  const forwards = Object.keys(topology.forwards).map((name) => `forward-${name}`);
  const owner = mode === "down" ? undefined : ownerOf(instance);
  return {
    instance: instance.name,
    mode,
    ...(owner === undefined ? {} : { repository: repositoryOf(owner).fullName, owner: ownerInWords[owner] }),
    state: instance.state,
    services: ["proxmox", "github", ...forwards].map((name) => ({
      name,
      running: existsSync(instance.run) && isRunning(instance, name),
      log: logOf(instance, name),
    })),
    hosts: mode === "machines" ? hostStates(instance) : [],
  };
}

/** Loopback addresses at which something answers. Without machines the APIs listen there themselves. */
function addressLines({ instance, mode, services }: LabStatus, ports: Readonly<Record<Published, number>>): string[] {
  if (mode === "down") return [];
  const runs = (name: string): boolean => services.some((service) => service.name === name && service.running);
  const published = (Object.keys(titles) as Published[]).filter((name) =>
    runs(mode === "machines" ? `forward-${name}` : name),
  );
  if (published.length > 0) return published.map((name) => `${titles[name]}://127.0.0.1:${ports[name]}/`);
  if (mode === "machines" && instance !== "lab")
    return ['No address on this host: only the lab named "lab" has them. Next: npm run lab -- shell'];
  return ["No address on this host: nothing listens. Next: npm run lab -- up"];
}

/** The status in lines. Pure. @param ports loopback ports of this lab */
export function labStatusLines(status: LabStatus, ports: Readonly<Record<Published, number>>): string[] {
  const { instance, mode, repository, owner, services, hosts } = status;
  const dot = (good: boolean): string => (good ? "●" : "○");
  return [
    `lab ${instance}: ${mode}${owner === undefined ? "" : `, with ${repository}, private, of ${owner}`}`,
    ...services.map(({ name, running }) => `  ${dot(running)} ${name}`),
    ...hosts.map(({ name, address, state }) => `  ${dot(state === "ready")} host ${name} ${address} ${state}`),
    ...addressLines(status, ports),
  ];
}
