/** What scenarios do and claim again and again. */
import assert from "node:assert/strict";
import type { Records } from "@ghrunners/deploy/target/history";
import type { FailureCode, Outcome } from "@ghrunners/deploy/protocol/transaction";
import { labExec } from "../driver/exec";
import type { Deployer } from "./deployer";
import type { ScenarioDeployOptions, Testbed } from "./testbed";
import { BETWEEN, type HoldPoint } from "./plan";

/** Starts a deployment and waits until it is held at the place. */
export async function heldAt(
  testbed: Testbed,
  version: string,
  place: HoldPoint,
  options: ScenarioDeployOptions = {},
): Promise<Deployer> {
  await testbed.app.hold(place);
  const deployer = testbed.start(version, options);
  const ended = deployer.gone().then(() => {
    throw new Error(`The deployer ended before "${place}" was reached: ${deployer.words}`);
  });
  await Promise.race([testbed.app.reached(place), ended]);
  // From here on its end is no surprise.
  ended.catch(() => undefined);
  return deployer;
}

/** A deployment that is held after a step. */
export const heldAfter = (testbed: Testbed, version: string, holdAfter: string): Promise<Deployer> =>
  heldAt(testbed, version, BETWEEN, { holdAfter });

/** The one deployment that was recorded. */
export function only(records: readonly Records[]): Records {
  assert.equal(records.length, 1, `expected one recorded deployment, seen ${records.length}`);
  return records[0] as Records;
}

/** Asserts how a deployment ended; after a rollback also its proof, its incident and its metric. */
export async function assertEnding(
  testbed: Testbed,
  { deployment, rollback, incident }: Records,
  outcome: Outcome,
  ...codes: readonly FailureCode[]
): Promise<void> {
  const seen = `${deployment.outcome}, ${deployment.failure?.code}: ${deployment.failure?.detail}`;
  assert.equal(deployment.outcome, outcome, seen);
  if (codes.length > 0) assert.ok(codes.includes(deployment.failure?.code as FailureCode), seen);
  if (outcome !== "rolled_back") return;
  assert.equal(rollback?.proved, true, `the rollback is not proved: ${rollback?.detail}`);
  assert.equal(incident?.severity, "warning");
  assert.ok((await testbed.grown(`deployment_rollbacks_total{reason="${deployment.failure?.code}"}`)) >= 1);
}

/** Opens an issue for each incident on the target that has none, as on-call does. @returns what the command said */
export async function sendIncidents(): Promise<string> {
  const { code, all } = await labExec("ghrunners", "incidents", "--send");
  assert.equal(code, 0, all);
  return all;
}

/** How long something took, and its result. */
export async function timed<Value>(work: () => Promise<Value>): Promise<{ seconds: number; value: Value }> {
  const begun = performance.now();
  const value = await work();
  return { seconds: (performance.now() - begun) / 1000, value };
}

/** What a rolled back deployment says in a few words. */
export function inWords({ deployment, rollback }: Records): string {
  const why = deployment.failure === null ? "" : ` (${deployment.failure.code})`;
  const back = rollback === undefined ? "" : `, back in ${rollback.durationSeconds.toFixed(1)} s`;
  return `${deployment.id} ${deployment.outcome}${why} after ${deployment.durationSeconds.toFixed(1)} s${back}`;
}
