/** Values of the `job` label, one for each kind of target. The target files set it, so that rules can name it. */
export const scrapeJobs = {
  /** Node exporter of runners and deployment targets. */
  node: "ghrunners-node",
  /** The exporter on a runner (host view). */
  runner: "ghrunners-runner",
  /** The exporter on the monitoring host (fleet view). */
  fleet: "ghrunners-fleet",
  /** The failover switch on the monitoring host. */
  switch: "ghrunners-switch",
} as const;

/** Textfile of the target view, read by node exporter's textfile collector (Debian's default folder). */
export const DEPLOYMENT_TEXTFILE = "/var/lib/prometheus/node-exporter/ghrunners_deploy.prom";
