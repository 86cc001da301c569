/**
 * Configuration of the failover switch: one JSON file, written by the Pulumi program. It contains no secret; its token
 * is a separate file (systemd LoadCredential).
 */
import * as z from "zod";
import { ports } from "@ghrunners/core/vocabulary/ports";
import { MINIMUM_RUNNER_VERSION } from "@ghrunners/core/vocabulary/runner";
import { expectedRunner, port, seconds } from "@ghrunners/metrics-server/config";

const metricsUrl = z.url({ protocol: /^http$/ });

export const switchConfig = z.strictObject({
  view: z.literal("switch"),
  listen: z.strictObject({ host: z.string().min(1), port }),
  githubUrl: z.url({ protocol: /^https$/ }),
  /** `owner/name`. */
  repository: z.string().regex(/^[^/\s]+\/[^/\s]+$/),
  /** Environment that is deployed to; the runners carry it as a label. */
  environment: z.string().min(1),
  /** Every runner that may deploy, with its labels and the addresses of its exporter and of its node exporter. */
  runners: z.array(expectedRunner.extend({ exporterUrl: metricsUrl, nodeUrl: metricsUrl })).min(1),
  /** The fleet exporter: GitHub's view. */
  fleetUrl: metricsUrl.default(`http://127.0.0.1:${ports.fleetExporter}/metrics`),
  /** Oldest runner version that may deploy. */
  minimumVersion: z.string().default(MINIMUM_RUNNER_VERSION),
  /** How long a choice may be used after it was made. */
  validSeconds: seconds.default(300),
  /** How long a runner must have been healthy before one that still works is left for it. */
  recoverySeconds: z.number().min(0).max(86_400).default(60),
  /** Whether a run that waits for a dead runner is cancelled and started again. */
  redispatch: z.boolean().default(true),
  /** Interval of reading the runners' exporters, seconds. */
  lookSeconds: seconds.default(5),
  /** Interval of requests to GitHub for maintenance, and for waiting runs while a runner is unusable, seconds. */
  askSeconds: seconds.default(15),
});
export type SwitchConfig = z.output<typeof switchConfig>;
