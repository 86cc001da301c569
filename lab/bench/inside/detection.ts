import { worker } from "../../worker";
import { isBackground, rehearse, rehearsedSettings } from "../../driver/alert-rehearsal";
import { FACTOR, FastMonitoring } from "../../driver/fast-monitoring";
import { rounds } from "../../driver/fault-cases";
import { Rehearsal } from "../../driver/rehearsal";

/** How soon on-call was notified of one fault. */
export interface Detection {
  readonly fault: string;
  readonly alert: string;
  /** From the fault to the receiver, with the rules' and the route's waits divided by `factor`. */
  readonly seconds: number;
}

export interface DetectionOutput {
  readonly factor: number;
  readonly detections: readonly Detection[];
}

/** The rehearsal of alerts, for its figures. Runs on the lab that GHRUNNERS_LAB names. */
worker(async (): Promise<DetectionOutput> => {
  const rehearsal = await Rehearsal.ready();
  const monitoring = new FastMonitoring(rehearsal.lab.instance);
  await monitoring.start(rehearsedSettings);
  try {
    await monitoring.watching(5);
    await monitoring.quiet(isBackground, 90_000);
    const detections: Detection[] = [];
    for (const round of rounds) {
      const { outcomes } = await rehearse(rehearsal, monitoring, round);
      detections.push(
        ...outcomes.map(({ fault, told, seconds }) => ({ fault: fault.title, alert: told.name, seconds })),
      );
    }
    return { factor: FACTOR, detections };
  } finally {
    await monitoring.stop();
  }
});
