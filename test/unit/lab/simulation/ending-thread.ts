/** A thread as the simulation's, which ends at two of its seeds: once without a word, once by an error. */
import { parentPort, workerData } from "node:worker_threads";
import { sharedSeed, type ThreadAnswer, type ThreadRequest } from "@ghrunners/lab/simulation/thread";

export const EXITS_AT = 23;
export const THROWS_AT = 142;

parentPort?.on("message", (ask: ThreadRequest) => {
  if (ask.kind !== "run") throw new Error("Only runs are expected here.");
  const seedAtHand = sharedSeed(workerData as SharedArrayBuffer);
  const seeds = Array.from({ length: ask.to - ask.from }, (_, index) => ask.from + index);
  for (const seed of seeds) {
    seedAtHand[0] = seed;
    if (seed === EXITS_AT) process.exit(9);
    if (seed === THROWS_AT) throw new Error("the simulation is out of order");
  }
  const results = seeds.map((seed) => ({ seed, ending: "old" as const, kinds: [], problems: [] }));
  parentPort?.postMessage({ kind: "ran", results } satisfies ThreadAnswer);
});
