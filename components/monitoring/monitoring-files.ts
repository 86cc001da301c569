/** Files for the monitoring host, and where they are there. */

/** A file for the monitoring host. Plain: the files as a whole may be an output. */
export interface MonitoringFile {
  /**
   * Name without folder, owner and ending.
   * @example "github-runner-health"
   */
  readonly name: string;
  /**
   * Its content.
   * @example readFileSync("github-runner-health.yml", "utf8")
   */
  readonly text: string;
}

/** A Prometheus rule file. Plain: the files as a whole may be an output. */
export interface RuleFile extends MonitoringFile {
  /**
   * Number of rules by group that Prometheus must have loaded at the end.
   * @example { "runner-health": 4 }
   */
  readonly groups: Readonly<Record<string, number>>;
}

/** Absolute paths on the host. Plain: the preview checks their form. */
export interface MonitoringPaths {
  /**
   * Configuration of Prometheus: checked together with the new files, never changed.
   * @example "/etc/prometheus/prometheus.yml"
   */
  readonly prometheusConfig: string;
  /**
   * Folder whose `*.yml` files are in Prometheus' `rule_files`.
   * @example "/etc/prometheus/rules.d"
   */
  readonly rules: string;
  /**
   * Folder whose `*.json` files are in a `file_sd_configs`.
   * @example "/etc/prometheus/targets.d"
   */
  readonly targets: string;
  /**
   * Folder that Grafana's file provisioning reads.
   * @example "/var/lib/grafana/dashboards/ghrunners"
   */
  readonly dashboards: string;
}

/** The files of an environment. Plain: as a whole they may be an output. */
export interface MonitoringFiles {
  /**
   * Rule files of Prometheus.
   * @example [{ name: "github-runner-health", text: rules, groups: { "runner-health": 4 } }]
   */
  readonly rules: readonly RuleFile[];
  /**
   * Lists of scrape targets.
   * @example [{ name: "runners", text: JSON.stringify([{ targets: ["192.168.0.51:9100"] }]) }]
   */
  readonly targets: readonly MonitoringFile[];
  /**
   * Dashboards of Grafana.
   * @example [{ name: "overview", text: readFileSync("overview.json", "utf8") }]
   */
  readonly dashboards: readonly MonitoringFile[];
  /**
   * Text for Alertmanager's file: the whole file if `managed`, else the fragment that an error shows.
   * @example readFileSync("alertmanager.yml", "utf8")
   */
  readonly alertmanager: string;
}
