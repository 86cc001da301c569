/** TCP ports that the program opens on a runner host or expects to find there. */
export const ports = {
  ssh: 22,
  /** prometheus-node-exporter, the port of Debian's package. */
  nodeExporter: 9100,
  /** The runner's own exporter; reachable from the monitoring host only. */
  runnerExporter: 9101,
} as const;
