/**
 * Who emits a metric: the exporter on a runner, the exporter or the failover switch on the monitoring host, or the
 * deployment's textfile.
 */
export type MetricSource = "host" | "fleet" | "switch" | "target";

/** One metric as it appears in an exposition. */
export interface Metric {
  /** Full name, with unit and `_total` if Prometheus' naming rules require them. */
  readonly name: string;
  readonly type: "gauge" | "counter" | "histogram";
  /** Base unit of the value; left out for a count or a state. */
  readonly unit?: "seconds" | "bytes";
  /**
   * Labels that the emitter itself sets. The labels that say where a sample is from (`scrapeLabels`) are not among
   * them: Prometheus adds those to every sample of a target. No id is ever a label.
   */
  readonly labels: readonly string[];
  /** The HELP line: what the value means, and when it is absent. */
  readonly help: string;
  readonly source: MetricSource;
  /** Upper bounds of a histogram, in its unit. */
  readonly buckets?: readonly number[];
}

/**
 * Labels that Prometheus adds to every sample of a target, by source; they are in the target files. So `up` and node
 * exporter's samples have them too, and no exporter has to know its own identity.
 */
export const scrapeLabels = {
  host: ["environment", "runner", "role"],
  fleet: ["environment"],
  switch: ["environment"],
  target: ["environment", "target"],
} as const satisfies Record<MetricSource, readonly string[]>;

/** Bounds for jobs and deployments: 10 s to an hour, with the objective of SC-002 (600 s) as a bound. */
export const DURATION_BUCKETS = [10, 30, 60, 120, 180, 300, 450, 600, 900, 1200, 1800, 3600] as const;

/** Bounds for waiting in a queue: 5 s to an hour, with the alert's 300 s as a bound. */
export const QUEUE_BUCKETS = [5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600] as const;

/** Bounds for detection, diagnosis and rollback: 1 s to 20 min, with the objective of SC-003 (300 s) as a bound. */
export const REACTION_BUCKETS = [1, 2, 5, 10, 20, 30, 60, 120, 180, 300, 600, 1200] as const;
