/** The runner that deploys loses its power or its network in the middle. */
import assert from "node:assert/strict";
import { primary, type Rehearsal } from "../../driver/rehearsal";
import { ownerOf, repositoryOf } from "../../owner";
import { assertEnding, inWords, only, timed } from "../actions";
import type { Testbed } from "../testbed";
import { BETWEEN, checksOf, type HoldPoint } from "../plan";
import { startOnRunner } from "../runner";
import type { Scenario } from "../scenario";

interface Boundary {
  readonly id: string;
  readonly where: string;
  readonly holdAfter?: HoldPoint;
  readonly place: HoldPoint;
}

const boundaries: readonly Boundary[] = [
  { id: "before-steps", where: "before the first step", holdAfter: "capture", place: BETWEEN },
  { id: "after-stop", where: 'after the step "stop"', holdAfter: "stop", place: BETWEEN },
  { id: "after-activate", where: 'after the step "activate"', holdAfter: "activate", place: BETWEEN },
  { id: "after-start", where: 'after the step "start"', holdAfter: "start", place: BETWEEN },
  { id: "health", where: "in the health checks", place: checksOf("2") },
];

/** Nothing of the runner is asked for: the target alone ends what the runner began. */
async function hit(testbed: Testbed, fault: "stop" | "cut-link", { holdAfter, place }: Boundary): Promise<string> {
  const rehearsal: Rehearsal = await testbed.everything();
  await testbed.app.hold(place);
  const { ended } = await startOnRunner(testbed, primary, "2", holdAfter);
  await Promise.race([
    testbed.app.reached(place),
    ended.then(({ output }) => assert.fail(`The deployer ended before "${place}" was reached: ${output}`)),
  ]);
  // Whatever becomes of it from here on is the fault's doing.
  ended.catch(() => undefined);
  return rehearsal.withFault([fault, "primary"], async () => {
    const { seconds } = await timed(() => testbed.app.rests());
    const records = only(await testbed.assertOldOrNew("1"));
    await assertEnding(testbed, records, "rolled_back", "lease_expired");
    assert.equal(records.deployment.owner, deployerOn(testbed));
    return `${inWords(records)}; at rest ${seconds.toFixed(1)} s after the fault`;
  });
}

/** Who deploys from the primary. */
const deployerOn = ({ instance }: Testbed): string => `${repositoryOf(ownerOf(instance)).operator}@${primary.name}`;

/** A whole deployment from the runner. */
async function fromTheRunner(testbed: Testbed): Promise<string> {
  await testbed.everything();
  const { ended } = await startOnRunner(testbed, primary, "2");
  const { code, output } = await ended;
  assert.equal(code, 0, output);
  const records = only(await testbed.assertOldOrNew("2"));
  assert.deepEqual([records.deployment.outcome, records.deployment.owner], ["succeeded", deployerOn(testbed)]);
  return inWords(records);
}

const scenario = (id: string, title: string, proves: string, run: Scenario["run"]): Scenario => ({
  id,
  origin: id.startsWith("power") ? "power" : "chaos",
  title,
  proves,
  need: "everything",
  rehearsed: false,
  run,
});

export const runnerCrashes: readonly Scenario[] = [
  scenario(
    "chaos-runner-deploys",
    "the bundled deployer deploys from the primary runner",
    "The runner reaches the target through its firewall, and the record names it.",
    fromTheRunner,
  ),
  ...boundaries.map((boundary) =>
    scenario(
      `power-runner-${boundary.id}`,
      `power cut of the deploying runner ${boundary.where}`,
      "The target rolls back by itself, without the runner.",
      (testbed) => hit(testbed, "stop", boundary),
    ),
  ),
  scenario(
    "chaos-runner-cut",
    "the deploying runner is cut off from the target",
    "The target rolls back although the runner keeps running.",
    (testbed) => hit(testbed, "cut-link", boundaries[2] as Boundary),
  ),
];
