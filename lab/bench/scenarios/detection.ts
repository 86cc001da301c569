import { reasonForApiOnly } from "../../mode";
import { runWorker } from "../../worker";
import type { DetectionOutput } from "../inside/detection";
import { withLab } from "../labs";
import type { Bench, BenchScenario } from "../scenario";

/**
 * Time from each fault of the lab to on-call, with the waits of rules and route divided
 * (docs/how-to/monitoring-host.md).
 */
export const detection: BenchScenario = {
  name: "detection",
  describes: "from a fault to the receiver of its alert, waits divided",
  bars: [],
  async run(bench: Bench): Promise<void> {
    const reason = reasonForApiOnly();
    if (reason !== undefined) return bench.omit("detection", reason);
    await withLab(bench, "machines", async ({ session }) => {
      for (let round = 1; round <= bench.rounds; round += 1) {
        bench.signal.throwIfAborted();
        const { factor, detections } = await runWorker<object, DetectionOutput>(
          session,
          "lab/bench/inside/detection.ts",
          {},
          // The rehearsal works on the lab from outside.
          { where: "host", signal: bench.signal },
        );
        for (const { fault, alert, seconds } of detections) {
          const measure = `detection/${alert}: ${fault}`;
          bench.record({ measure, subject: "ghrunners", round, seconds });
          bench.say(`  round ${round}: ${measure}: ${seconds.toFixed(1)} s (waits divided by ${factor})`);
        }
      }
    });
  },
};
