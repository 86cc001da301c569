import { worker } from "../../worker";
import { Failover } from "../../driver/failover";
import { primary, Rehearsal, secondary } from "../../driver/rehearsal";

const faults = ["stop", "freeze", "cut-link", "hang-listener", "api-offline"] as const;
/** Longer than any limit of the rehearsal: a miss is a figure too. */
const LIMIT_MS = 120_000;

/** How soon deployments moved to the secondary. */
export interface FailoverTiming {
  readonly fault: string;
  /** From the fault to the decision on the monitoring host, seconds. */
  readonly decided: number;
  /** From the fault to the variable at GitHub, seconds. */
  readonly told: number;
}

/** Each fault of the primary once. Runs on the lab that GHRUNNERS_LAB names. */
worker(async (): Promise<FailoverTiming[]> => {
  const rehearsal = await Rehearsal.open();
  // Only the return to the primary is shortened: it is not measured.
  const run = await rehearsal.up({ "monitoring.failover.recoverySeconds": "5" }, "--refresh");
  if (run.code !== 0) throw new Error(run.output);
  const failover = new Failover(rehearsal);
  const moves: FailoverTiming[] = [];
  for (const fault of faults) {
    await failover.settled(LIMIT_MS);
    await rehearsal.withFault([fault, "primary"], async () => {
      const begun = Date.now();
      await failover.chosen(secondary.name, LIMIT_MS);
      const told = (Date.now() - begun) / 1000;
      const { view } = await failover.gate();
      const first = view.changes.find(
        ({ runner, decidedAt }) => runner === secondary.name && Date.parse(decidedAt) >= begun,
      );
      const decided = first === undefined ? told : (Date.parse(first.decidedAt) - begun) / 1000;
      moves.push({ fault, decided, told });
    });
    await failover.chosen(primary.name, LIMIT_MS);
  }
  return moves;
});
