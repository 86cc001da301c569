/** The target machine loses its power at a boundary: after the boot its guard goes back. */
import assert from "node:assert/strict";
import { assertEnding, heldAfter, heldAt, inWords, only, timed } from "../acts";
import type { Deployer } from "../deployer";
import type { Ground } from "../ground";
import { UNDO, type Place } from "../plan";
import type { Scenario } from "../scenario";

async function cutAndBoot(ground: Ground, deployer: Deployer): Promise<number> {
  await ground.app.fault("stop");
  await deployer.gone();
  assert.match(deployer.words, /connection broke|lost/i);
  const { seconds } = await timed(async () => {
    await ground.app.mend();
    await ground.app.rests();
  });
  return seconds;
}

async function powerCut(ground: Ground, holdAfter: Place): Promise<string> {
  const seconds = await cutAndBoot(ground, await heldAfter(ground, "2", holdAfter));
  const records = only(await ground.assertWhole("1"));
  await assertEnding(ground, records, "rolled_back", "interrupted");
  return `${inWords(records)}; at rest ${seconds.toFixed(1)} s after power came back`;
}

async function powerCutOnTheWayBack(ground: Ground): Promise<string> {
  const deployer = await heldAt(ground, "3-unhealthy", UNDO, { holdAfter: "activate" });
  const seconds = await cutAndBoot(ground, deployer);
  const records = only(await ground.assertWhole("1"));
  await assertEnding(ground, records, "rolled_back", "health_check");
  return `${inWords(records)}; at rest ${seconds.toFixed(1)} s after power came back`;
}

export const power: readonly Scenario[] = [
  ...["unpack", "stop", "activate", "start"].map((holdAfter): Scenario => ({
    id: `power-target-after-${holdAfter}`,
    origin: "power",
    title: `power cut of the target after the step "${holdAfter}"`,
    proves: "The journal outlives the cut; after the boot the guard goes back without anybody's help.",
    need: "target",
    rehearsed: holdAfter === "activate",
    run: (ground) => powerCut(ground, holdAfter),
  })),
  {
    id: "power-target-on-the-way-back",
    origin: "power",
    title: "power cut of the target in the middle of its undo",
    proves: "After the boot the undo is carried on to its end.",
    need: "target",
    rehearsed: false,
    run: powerCutOnTheWayBack,
  },
];
