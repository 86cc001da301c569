import { RUNNER_HOME } from "@ghrunners/core/vocabulary/runner";
import type { LogOrigin } from "./logs";

/** Units whose journal is shipped, the runner's first: the exporters' journals explain why a metric is missing. */
export function shippedUnits({ unit }: LogOrigin): string[] {
  return [unit, "ghrunners-runner-exporter.service", "prometheus-node-exporter.service"];
}

/** The runner's own log files. Source: actions/runner, `_diag/Runner_*.log` and `_diag/Worker_*.log`. */
export const DIAGNOSTIC_FILES = `${RUNNER_HOME}/_diag/*.log`;
