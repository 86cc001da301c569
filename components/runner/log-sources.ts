import { RUNNER_HOME } from "@ghrunners/core/vocabulary/runner";

/** Labels of every log line of a host. */
export interface LogOrigin {
  /** Name of the runner and its host. */
  readonly host: string;
  readonly environment: string;
  readonly role: string;
  /** Unit of the runner; its `_diag` files carry it too. */
  readonly unit: string;
}

/** Units whose journal is shipped, the runner's first: the exporters' journals explain why a metric is missing. */
export function shippedUnits({ unit }: LogOrigin): string[] {
  return [unit, "ghrunners-runner-exporter.service", "prometheus-node-exporter.service"];
}

/** The runner's own log files. Source: actions/runner, `_diag/Runner_*.log` and `_diag/Worker_*.log`. */
export const DIAGNOSTIC_FILES = `${RUNNER_HOME}/_diag/*.log`;
