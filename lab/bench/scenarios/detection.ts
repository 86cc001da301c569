import { reasonForApiOnly } from "../../lifecycle";
import { runInside } from "@ghrunners/cli/inside";
import type { DetectionOutput } from "../inside/detection";
import { withLab } from "../labs";
import type { Bench, Scenario } from "../scenario";

/** Time from each fault of the lab to on-call, with the waits of rules and route divided (docs/monitoring-host.md). */
export const detection: Scenario = {
  name: "detection",
  describes: "from a fault to the receiver of its alert, waits divided",
  bars: [],
  async run(bench: Bench): Promise<void> {
    const reason = reasonForApiOnly();
    if (reason !== undefined) return bench.omit("detection", reason);
    await withLab(bench, "machines", async ({ engine, lab }) => {
      // On the host's side: the rehearsal talks to the lab through loopback.
      const env = { ...engine.env, GHRUNNERS_LAB: lab.instance.name, NODE_EXTRA_CA_CERTS: lab.authority };
      const onHost = { ...engine, prefix: [], env };
      for (let round = 1; round <= bench.rounds; round += 1) {
        bench.signal.throwIfAborted();
        const { factor, detections } = await runInside<object, DetectionOutput>(
          onHost,
          "lab/bench/inside/detection.ts",
          {},
          bench.signal,
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
