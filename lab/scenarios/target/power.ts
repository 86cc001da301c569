/** The target machine loses its power at a boundary: after the boot its guard rolls back. */
import assert from "node:assert/strict";
import { assertEnding, heldAfter, heldAt, inWords, only, timed } from "../actions";
import type { Deployer } from "../deployer";
import type { Testbed } from "../testbed";
import { UNDO, type HoldPoint } from "../plan";
import type { Scenario } from "../scenario";

async function cutAndBoot(testbed: Testbed, deployer: Deployer): Promise<number> {
  await testbed.app.fault("stop");
  await deployer.gone();
  assert.match(deployer.words, /connection broke|lost/i);
  const { seconds } = await timed(async () => {
    await testbed.app.repair();
    await testbed.app.rests();
  });
  return seconds;
}

async function powerCut(testbed: Testbed, holdAfter: HoldPoint): Promise<string> {
  const seconds = await cutAndBoot(testbed, await heldAfter(testbed, "2", holdAfter));
  const records = only(await testbed.assertOldOrNew("1"));
  await assertEnding(testbed, records, "rolled_back", "interrupted");
  return `${inWords(records)}; at rest ${seconds.toFixed(1)} s after power came back`;
}

async function powerCutOnTheWayBack(testbed: Testbed): Promise<string> {
  const deployer = await heldAt(testbed, "3-unhealthy", UNDO, { holdAfter: "activate" });
  const seconds = await cutAndBoot(testbed, deployer);
  const records = only(await testbed.assertOldOrNew("1"));
  await assertEnding(testbed, records, "rolled_back", "health_check");
  return `${inWords(records)}; at rest ${seconds.toFixed(1)} s after power came back`;
}

export const power: readonly Scenario[] = [
  ...["unpack", "stop", "activate", "start"].map((holdAfter): Scenario => ({
    id: `power-target-after-${holdAfter}`,
    origin: "power",
    title: `power cut of the target after the step "${holdAfter}"`,
    proves: "The journal survives the power cut; after the boot the guard rolls back without help.",
    need: "target",
    rehearsed: holdAfter === "activate",
    run: (testbed) => powerCut(testbed, holdAfter),
  })),
  {
    id: "power-target-on-the-way-back",
    origin: "power",
    title: "power cut of the target during its rollback",
    proves: "After the boot the rollback is completed.",
    need: "target",
    rehearsed: false,
    run: powerCutOnTheWayBack,
  },
];
