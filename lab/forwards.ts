import { createHash } from "node:crypto";
import type { Instance } from "./instance";
import type { Service } from "./service";
import { topology } from "./topology";

/**
 * Loopback ports of an instance on the host. The default instance has fixed ones; others get theirs from their name.
 */
export function loopbackPorts({ name }: Instance): Record<keyof typeof topology.forwards, number> {
  if (name === "lab") return topology.forwards;
  const base = 20_000 + 4 * (createHash("sha256").update(name).digest().readUInt32BE() % 2_000);
  return { proxmox: base, github: base + 1, prometheus: base + 2, alertmanager: base + 3 };
}

/**
 * One listener on the host's loopback for each service; every connection enters the namespace by a process of its own.
 */
export function forwards(instance: Instance): Service[] {
  const { proxmox, github, hosts } = topology;
  const ports = loopbackPorts(instance);
  const to = (name: string, port: number, target: string): Service => ({
    name: `forward-${name}`,
    inNamespace: false,
    ready: "process",
    command: [
      "socat",
      `TCP-LISTEN:${port},bind=127.0.0.1,fork,reuseaddr`,
      `EXEC:nsenter --net=${instance.netns} socat - TCP\\:${target.replace(":", "\\:")}`,
    ],
  });
  return [
    to("proxmox", ports.proxmox, `${proxmox.address}:${proxmox.port}`),
    to("github", ports.github, `${github.address}:${github.port}`),
    to("prometheus", ports.prometheus, `${hosts.monitoring.address}:9090`),
    to("alertmanager", ports.alertmanager, `${hosts.monitoring.address}:9093`),
  ];
}
