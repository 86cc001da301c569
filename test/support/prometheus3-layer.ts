/** What runs on Debian's Prometheus in its own layer, once more on Prometheus 3. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { reasonForApiOnly } from "@ghrunners/lab/mode";
import { PROMETHEUS_VERSION } from "../unit/monitoring/monitoring-tool";
import type { LayerContext } from "./context";
import type { LayerResult } from "./layer";
import { nothing, sum } from "./results";
import { layerOf, prepared, runFiles, testFiles } from "./test-files";

/** The modules by which tests start promtool or a real Prometheus. */
const STARTS_PROMETHEUS = /from "[./\w-]+\/(monitoring-tool|promtool|running-prometheus)"/;

/** The files whose tests ask promtool or a real Prometheus: found by what they import, so that none is forgotten. */
export const prometheusTests = (): string[] =>
  testFiles.filter((file) => STARTS_PROMETHEUS.test(readFileSync(path.join(projectRoot, file), "utf8")));

export async function prometheus3Layer(context: LayerContext): Promise<LayerResult> {
  const preparation = await prepared(context, "Prometheus 3");
  if (preparation.failures.length > 0 || context.stop.aborted) return preparation;
  const env = { [PROMETHEUS_VERSION]: "3" };
  const files = prometheusTests();
  const onMachines = files.filter((file) => layerOf(file) === "machine");
  const others = files.filter((file) => !onMachines.includes(file));
  const results = [preparation, await runFiles(context, others, { timeoutMs: 60_000, jobs: 2, env })];
  const reason = reasonForApiOnly();
  if (reason !== undefined) {
    context.say(`  ${onMachines.join(", ")} is left out: ${reason}`);
    return sum([...results, { ...nothing, skipped: 1 }]);
  }
  const templates = await prepared(context, "templates");
  if (templates.failures.length > 0 || context.stop.aborted) return sum([...results, templates]);
  return sum([...results, templates, await runFiles(context, onMachines, { timeoutMs: 300_000, env })]);
}
