/** TCP ports that the program opens on a host or expects to find there. */
export const ports = {
  ssh: 22,
  /** prometheus-node-exporter, the port of Debian's package. */
  nodeExporter: 9100,
  /** The runner's own exporter; reachable from the monitoring host only. */
  runnerExporter: 9101,
  /** The fleet exporter on the monitoring host. */
  fleetExporter: 9102,
  /** The failover switch on the monitoring host. */
  failoverSwitch: 9103,
  /** Prometheus and Alertmanager, the ports of Debian's packages. */
  prometheus: 9090,
  alertmanager: 9093,
} as const;
