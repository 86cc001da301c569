import { reasonForApiOnly } from "../../mode";
import { runWorker } from "../../worker";
import type { FailoverTiming } from "../inside/failover";
import { withLab } from "../labs";
import type { Bench, BenchScenario } from "../scenario";

/** From a fault to the new choice: 30 s and the fleet exporter's interval of 15 s, seconds. */
const LIMIT = 45;
const faults = ["stop", "freeze", "cut-link", "hang-listener", "api-offline"];

/**
 * Time from each fault of the primary to the decision for the secondary, and to GitHub's knowing it; no wait divided.
 */
export const failover: BenchScenario = {
  name: "failover",
  describes: "from a fault of the primary to the choice of the secondary",
  bars: faults.map((fault) => ({ measure: `failover/told: ${fault}`, seconds: LIMIT })),
  async run(bench: Bench): Promise<void> {
    const reason = reasonForApiOnly();
    if (reason !== undefined) return bench.omit("failover", reason);
    await withLab(bench, "machines", async ({ session }) => {
      for (let round = 1; round <= bench.rounds; round += 1) {
        bench.signal.throwIfAborted();
        for (const { fault, decided, told } of await runWorker<object, FailoverTiming[]>(
          session,
          "lab/bench/inside/failover.ts",
          {},
          // The rehearsal works on the lab from outside.
          { where: "host", signal: bench.signal },
        )) {
          bench.record({ measure: `failover/decided: ${fault}`, subject: "ghrunners", round, seconds: decided });
          bench.record({ measure: `failover/told: ${fault}`, subject: "ghrunners", round, seconds: told });
          bench.say(
            `  round ${round}: ${fault}: decided after ${decided.toFixed(1)} s, told after ${told.toFixed(1)} s`,
          );
        }
      }
    });
  },
};
