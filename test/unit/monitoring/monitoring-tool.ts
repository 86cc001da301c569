import { readPrometheus } from "@ghrunners/lab/toolchain/prometheus";
import { debianTool, type MonitoringProgram } from "./debian-tool";

/** Names the version of Prometheus that tests run on: 3, or Debian's where it is not set. */
export const PROMETHEUS_VERSION = "GHRUNNERS_PROMETHEUS";

/** Whether the tests run on Prometheus 3, by `npm run test:prometheus3`. */
export const onPrometheus3 = (): boolean => process.env[PROMETHEUS_VERSION] === "3";

/**
 * Path of a program of Prometheus in the version that the tests run on. Alertmanager's is always Debian's: its versions are
 * its own.
 * @throws Error when Prometheus 3 is asked for and was not made
 */
export function monitoringTool(program: MonitoringProgram): string {
  if (!onPrometheus3() || program === "amtool") return debianTool(program);
  const part = readPrometheus()?.find(({ name }) => name === program);
  if (part === undefined) {
    throw new Error(
      `${PROMETHEUS_VERSION}=3, but ${program} 3 was not made. Expected it in the cache. Next: npm run toolchain -- prometheus`,
    );
  }
  return part.path;
}
