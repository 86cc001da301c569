/** A thread that runs seeds: one processor's share of a simulation. */
import { parentPort, workerData } from "node:worker_threads";
import type { ThreadRequest, ThreadAnswer } from "./pool";
import { planRun } from "./plan";
import { Killed } from "./processes";
import { Simulation } from "./run";
import { shrink } from "./shrink";
import { takenBackNamed } from "./taken-back";

// Most errors here are answers of the simulated disk, and nobody reads where they came from.
Error.stackTraceLimit = 0;
// Code of a process that has ended goes nowhere; anything else is a fault of the simulation.
process.on("unhandledRejection", (error) => {
  if (!(error instanceof Killed)) throw error;
});

const { without } = workerData as { readonly without: string | undefined };
const simulation = new Simulation(without === undefined ? [] : takenBackNamed(without).patches);

async function answer(ask: ThreadRequest): Promise<ThreadAnswer> {
  if (ask.kind === "shrink") {
    const plan = planRun(ask.seed);
    return { kind: "shrunk", failure: await shrink(simulation, plan, await simulation.run(plan)) };
  }
  const results = [];
  for (let seed = ask.from; seed < ask.to; seed += 1) {
    const { ending, kinds, problems } = await simulation.run(planRun(seed));
    results.push({ seed, ending, kinds, problems });
  }
  return { kind: "ran", results };
}

parentPort?.on("message", (ask: ThreadRequest) => void answer(ask).then((given) => parentPort?.postMessage(given)));
