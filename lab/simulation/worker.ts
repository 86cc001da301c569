/** A thread that runs seeds: one processor's share of a simulation. */
import { parentPort, workerData } from "node:worker_threads";
import { planRun } from "./plan";
import { ProcessEndedError } from "./processes";
import { Simulation } from "./run";
import { shrink } from "./shrink";
import { revertedFixNamed } from "./reverted-fixes";
import { sharedSeed, type ThreadAnswer, type ThreadRequest } from "./thread";

// Most errors here are answers of the simulated disk, whose stack traces are not used.
Error.stackTraceLimit = 0;
// Code of a process that has ended goes nowhere; anything else is a fault of the simulation.
process.on("unhandledRejection", (error) => {
  if (!(error instanceof ProcessEndedError)) throw error;
});

const simulations = new Map<string | undefined, Simulation>();
/** Made once for each reverted fix, because it loads the product and installs the first version. */
function simulationWithout(name: string | undefined): Simulation {
  const known = simulations.get(name) ?? new Simulation(name === undefined ? [] : revertedFixNamed(name).patches);
  simulations.set(name, known);
  return known;
}

const seedAtHand = sharedSeed(workerData as SharedArrayBuffer);

async function answer(ask: ThreadRequest): Promise<ThreadAnswer> {
  seedAtHand[0] = ask.kind === "shrink" ? ask.seed : ask.from;
  const simulation = simulationWithout(ask.without);
  if (ask.kind === "shrink") {
    const plan = planRun(ask.seed);
    return { kind: "shrunk", failure: await shrink(simulation, plan, await simulation.run(plan)) };
  }
  const results = [];
  for (let seed = ask.from; seed < ask.to; seed += 1) {
    seedAtHand[0] = seed;
    const { ending, kinds, problems } = await simulation.run(planRun(seed));
    results.push({ seed, ending, kinds, problems });
  }
  return { kind: "ran", results };
}

parentPort?.on("message", (ask: ThreadRequest) => void answer(ask).then((given) => parentPort?.postMessage(given)));
