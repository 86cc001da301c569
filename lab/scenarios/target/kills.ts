/** The deploying process or the agent is killed at a boundary of the plan: the target rolls back by itself. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import type { PlanInput } from "@ghrunners/deploy/plan/schema";
import { projectRoot } from "@ghrunners/core/project-root";
import { assertEnding, heldAfter, heldAt, inWords, only, timed } from "../actions";
import type { Testbed } from "../testbed";
import { BETWEEN, boundaries, checksOf, SMOKE, UNDO, type HoldPoint } from "../plan";
import type { Scenario } from "../scenario";

const plan = parse(readFileSync(path.join(projectRoot, "lab/demo-app/deployment.yaml"), "utf8")) as PlanInput;

interface Boundary {
  readonly id: string;
  readonly where: string;
  /** Boundary between steps at which the plan holds. */
  readonly holdAfter?: HoldPoint;
  readonly place: HoldPoint;
}

const PREFLIGHT = checksOf("1");
const all: readonly Boundary[] = [
  { id: "preflight", where: "in the preflight", place: PREFLIGHT },
  ...boundaries(plan).map((holdAfter) => ({
    id: holdAfter === "capture" ? "before-steps" : `after-${holdAfter.replaceAll(" ", "-")}`,
    where: holdAfter === "capture" ? "before the first step" : `after the step "${holdAfter}"`,
    holdAfter,
    place: BETWEEN,
  })),
  { id: "health", where: "in the health checks", place: checksOf("2") },
  { id: "smoke", where: "in the smoke tests", place: SMOKE },
];

async function killDeployer(testbed: Testbed, { holdAfter, place }: Boundary): Promise<string> {
  const deployer = await heldAt(testbed, "2", place, { holdAfter });
  const { seconds } = await timed(async () => {
    await deployer.kill();
    await testbed.app.rests();
  });
  const records = only(await testbed.assertOldOrNew("1"));
  await assertEnding(testbed, records, place === PREFLIGHT ? "cancelled" : "rolled_back", "lease_expired");
  return `${inWords(records)}; at rest ${seconds.toFixed(1)} s after the kill`;
}

/** kill -9 of the deployer at every boundary. */
const ofTheDeployer = all.map((boundary): Scenario => ({
  id: `kill-deployer-${boundary.id}`,
  origin: "kill",
  title: `kill -9 of the deploying process ${boundary.where}`,
  proves: "The target rolls back by itself when the deployer's lease expires, and proves the old version healthy.",
  need: "target",
  rehearsed: boundary.id === "after-activate",
  run: (testbed) => killDeployer(testbed, boundary),
}));

/** kill -9 of the agent: the guard takes over once the deployer, which was informed, lets the lease expire. */
async function killAgent(testbed: Testbed, holdAfter: HoldPoint): Promise<string> {
  const deployer = await heldAfter(testbed, "2", holdAfter);
  await testbed.app.killAgent("run");
  await deployer.gone();
  const records = only(await testbed.assertOldOrNew("1"));
  await assertEnding(testbed, records, "rolled_back", "interrupted");
  return inWords(records);
}

async function killAgentOnTheWayBack(testbed: Testbed): Promise<string> {
  const deployer = await heldAt(testbed, "3-unhealthy", UNDO, { holdAfter: "activate" });
  await testbed.app.killAgent("run");
  // The guard does the same undo again, and is not to be held there.
  await testbed.app.release(UNDO);
  await deployer.gone();
  const records = only(await testbed.assertOldOrNew("1"));
  await assertEnding(testbed, records, "rolled_back", "health_check");
  return inWords(records);
}

export const kills: readonly Scenario[] = [
  ...ofTheDeployer,
  ...["unpack", "activate", "start"].map((holdAfter): Scenario => ({
    id: `kill-agent-after-${holdAfter}`,
    origin: "kill",
    title: `kill -9 of the agent after the step "${holdAfter}"`,
    proves: "The guard finds the journal, ends left-over processes and rolls back.",
    need: "target",
    rehearsed: holdAfter === "activate",
    run: (testbed) => killAgent(testbed, holdAfter),
  })),
  {
    id: "kill-agent-on-the-way-back",
    origin: "kill",
    title: "kill -9 of the agent during its rollback",
    proves: "The guard continues the rollback from where it stopped, and keeps its original reason.",
    need: "target",
    rehearsed: false,
    run: killAgentOnTheWayBack,
  },
];
