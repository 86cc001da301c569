/** Faults that hit a deployment at a random moment, and how it must end. */
import { setTimeout as delay } from "node:timers/promises";
import type { Deployer } from "../scenarios/deployer";
import { LIMIT_MS, type Testbed } from "../scenarios/testbed";
import { until } from "@ghrunners/core/until";
import type { RandomNumbers } from "./random";

type Disturbance = (testbed: Testbed, deployer: Deployer) => Promise<void>;

/** There is no process to kill if the deployment has already ended. */
const killAgent: Disturbance = ({ app }) => app.killAgent("run").catch(() => undefined);

const disturbances: Readonly<Record<string, Disturbance>> = {
  nothing: async () => undefined,
  "signal to the deployer": async (_, deployer) => deployer.signal("SIGTERM"),
  "kill -9 of the deployer": (_, deployer) => deployer.kill(),
  "kill -9 of the agent": killAgent,
  "power cut of the target": ({ app }) => app.fault("stop"),
  "network cut": ({ app }) => app.fault("cut-link"),
  "disk full": ({ app }) => app.fault("fill-disk"),
  "kill -9 of the deployer and of the agent": async (testbed, deployer) => {
    await deployer.kill();
    await killAgent(testbed, deployer);
  },
};

export interface RandomFault {
  readonly name: string;
  /** Share of a deployment's usual time, from the moment at which it has the target's lock. */
  readonly at: number;
}

/** A little more than a whole deployment: some faults come too late, on a fast machine as on a slow one. */
const LATEST = 1.15;

export const draw = (random: RandomNumbers): RandomFault => ({
  name: random.pick(Object.keys(disturbances)),
  at: random.between(0, LATEST),
});

export interface FaultResult {
  /** From the start of the deployer until nothing changes on the target any more, s. */
  readonly seconds: number;
  /** The outcome that was recorded, and the version that is there. */
  readonly ending: string;
  /** Parts of two versions at once, or left-over files; undefined when the target is complete and clean. */
  readonly misfit?: string;
}

/**
 * Deploys a version, injects the fault at its moment, repairs what an operator would repair, and checks the result.
 * @param versions the installed one and the one to deploy
 * @param usualSeconds what a deployment takes on this machine, from the lock to its end
 */
export async function inflict(
  testbed: Testbed,
  [old, version]: readonly [string, string],
  fault: RandomFault,
  usualSeconds: number,
): Promise<FaultResult> {
  const begun = performance.now();
  const deployer = testbed.start(version);
  await until("the deployment has the lock", LIMIT_MS, () => deployer.words.includes("holds the lock"));
  await delay(fault.at * usualSeconds * 1000);
  await disturbances[fault.name]?.(testbed, deployer);
  // Network and disk are repaired once the target is idle: it must end the deployment without them.
  if (fault.name === "power cut of the target") await testbed.app.repair();
  await testbed.app.rests();
  await testbed.app.repair();
  // A deployer without a network would wait for its connection to be declared dead.
  if (fault.name === "network cut") await deployer.kill();
  await deployer.gone();
  await testbed.app.rests();
  const seconds = (performance.now() - begun) / 1000;
  const stuck = (await testbed.records()).some(({ deployment }) => deployment.outcome === "rollback_failed");
  // Reported and locked: an operator repairs the named cause and makes the target retry.
  if (stuck) await testbed.deploy(version, { action: "retry rollback" });
  const [records] = await testbed.records();
  const outcome = records === undefined ? "not begun" : records.deployment.outcome;
  try {
    const installed = await testbed.assertOneOf([old, version]);
    return { seconds, ending: `${stuck ? "rollback_failed, retried: " : ""}${outcome}, version ${installed}` };
  } catch (error) {
    return { seconds, ending: outcome, misfit: error instanceof Error ? error.message : String(error) };
  }
}
