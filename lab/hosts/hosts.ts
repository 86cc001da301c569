import { hostPackages, type TemplateContent } from "../machines";
import { topology } from "../topology";

export type HostName = keyof typeof topology.hosts;

/** A machine that exists in the lab before the program runs, as a company's monitoring or application host does. */
export interface ExistingHost {
  readonly name: HostName;
  /** Number of the machine. Below 100, where Proxmox VE has no VMID, so it meets no VM. */
  readonly id: number;
  readonly address: string;
  /** Lower-case, locally administered. */
  readonly mac: string;
  readonly diskBytes: number;
  readonly template: TemplateContent;
  /** Files below `files/` that its owner put there before the program came, by their path on the host. */
  readonly files: Readonly<Record<string, string>>;
  /** Units that its owner has switched on. */
  readonly enabledUnits: readonly string[];
}

const GiB = 2 ** 30;

/** Every standing machine of the lab. */
export const standingHosts: Readonly<Record<HostName, ExistingHost>> = {
  monitoring: {
    name: "monitoring",
    ...topology.hosts.monitoring,
    diskBytes: 4 * GiB,
    template: {
      name: "template of the monitoring host",
      packages: [...hostPackages, "prometheus", "prometheus-alertmanager"],
      offered: [],
      // Debian starts both at installation; here they start when their configuration is in place.
      disabledUnits: ["prometheus.service", "prometheus-alertmanager.service"],
    },
    files: {
      "/etc/prometheus/prometheus.yml": "monitoring/prometheus.yml",
      "/etc/prometheus/alertmanager.yml": "monitoring/alertmanager.yml",
      "/etc/default/prometheus": "monitoring/prometheus.default",
      "/etc/default/prometheus-alertmanager": "monitoring/alertmanager.default",
      "/etc/prometheus/rules.d/README": "monitoring/rules-readme",
      "/etc/prometheus/targets.d/README": "monitoring/targets-readme",
      "/opt/oncall/receiver.cjs": "monitoring/receiver.cjs",
      "/etc/systemd/system/oncall-receiver.service": "monitoring/oncall-receiver.service",
    },
    enabledUnits: ["oncall-receiver.service", "prometheus-alertmanager.service", "prometheus.service"],
  },
  app: {
    name: "app",
    ...topology.hosts.app,
    diskBytes: 4 * GiB,
    template: {
      name: "template of the application host",
      packages: [...hostPackages, "nginx", "postgresql", "redis-server"],
      offered: [],
      disabledUnits: [],
    },
    files: {},
    enabledUnits: [],
  },
};

/** @throws Error that names the hosts there are */
export function hostNamed(name: string): ExistingHost {
  if (Object.hasOwn(standingHosts, name)) return standingHosts[name as HostName];
  throw new Error(`There is no standing host "${name}". Known: ${Object.keys(standingHosts).join(", ")}.`);
}
