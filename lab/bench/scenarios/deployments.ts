import { readFileSync } from "node:fs";
import path from "node:path";
import { buildDemoApp } from "../../demo-app/build";
import type { Instance } from "../../instance";
import { reasonForApiOnly } from "../../mode";
import { recordOf } from "../../scenarios/deployer";
import { Testbed } from "../../scenarios/testbed";
import { draw, inflict } from "../faults";
import { withInstance } from "../labs";
import { RandomNumbers } from "../random";
import type { BenchSample } from "../report";
import type { Bench, BenchScenario } from "../scenario";
import { summarise } from "../stats";

const PLAIN = path.join(__dirname, "../peer/scripts/plain-deployment.sh");
const STEPS = "deployment/steps";

function record(bench: Bench, sample: BenchSample, more = ""): void {
  bench.record(sample);
  bench.say(
    `  round ${sample.round}: ${sample.measure}, ${sample.subject}: ${sample.seconds.toFixed(2)} s${more && ` (${more})`}`,
  );
}

/** The same version by a plain script, from the same beginning. */
async function plainDeployment(testbed: Testbed): Promise<number> {
  const artefact = readFileSync(path.join(buildDemoApp(), "demo-app-2.tar.gz")).toString("base64");
  const file = "/run/demo-app-2.tar.gz";
  await testbed.app.shell('base64 -d <<<"$1" >"$2"', artefact, file);
  const begun = performance.now();
  await testbed.app.shell(readFileSync(PLAIN, "utf8"), "2", file);
  return (performance.now() - begun) / 1000;
}

/**
 * One round: forward, back from a bad version, and the bare steps.
 * @returns seconds from the lock to the end, forward
 */
async function round(bench: Bench, testbed: Testbed, number: number): Promise<number> {
  const own = { subject: "ghrunners", round: number } as const;
  await testbed.given("bench");
  const deployed = await testbed.deploy("2");
  const { durationSeconds, actions, outcome } = recordOf(deployed);
  if (outcome !== "succeeded") throw new Error(`Version 2 was not deployed: ${outcome}`);
  record(bench, { ...own, measure: "deployment/command", seconds: deployed.seconds });
  record(bench, { ...own, measure: STEPS, seconds: durationSeconds }, `${actions.length} actions`);
  await testbed.given("bench");
  await testbed.deploy("3-unhealthy");
  const [records] = await testbed.records();
  if (records?.rollback?.proved !== true) throw new Error(`The rollback is not proved: ${JSON.stringify(records)}`);
  record(bench, { ...own, measure: "deployment/rollback", seconds: records.rollback.durationSeconds });
  await testbed.given("bench");
  const seconds = await plainDeployment(testbed);
  record(bench, { subject: "plain script", round: number, measure: STEPS, seconds });
  return durationSeconds;
}

/** Deployments with a fault each: however they end, it is wholly the old or wholly the new version. */
async function underFaults(bench: Bench, testbed: Testbed, usualSeconds: number): Promise<void> {
  const random = new RandomNumbers(bench.seed);
  const broken: string[] = [];
  for (let number = 1; number <= bench.faults; number += 1) {
    bench.signal.throwIfAborted();
    const fault = draw(random);
    const [old, version] = number % 2 === 1 ? (["1", "2"] as const) : (["2", "1"] as const);
    await testbed.given("bench", old);
    const { seconds, ending, misfit } = await inflict(testbed, [old, version], fault, usualSeconds);
    const at = `${fault.name} at ${Math.round(fault.at * 100)} %`;
    if (misfit !== undefined) broken.push(`run ${number} (${at}): ${misfit}`);
    const what = `${at}: ${ending}`;
    const sample = { measure: "deployment/fault", subject: "ghrunners", round: number, seconds } as const;
    record(bench, { ...sample, whole: misfit === undefined }, what);
  }
  if (broken.length > 0)
    throw new Error(`Between two versions, seed ${bench.seed}:\n  ${broken.join("\n  ")}\nExpected wholly old or new.`);
}

/** Deployment, rollback, the cost of the safeguards, and what is left of a deployment that a fault hits. */
export const deployments: BenchScenario = {
  name: "deployments",
  describes: "deployment and rollback of the demo application, compared with a plain script; then random faults",
  // SC-002: 10 minutes. The demo application's own bars are far below.
  bars: [
    { measure: STEPS, seconds: 30 },
    { measure: "deployment/rollback", seconds: 30 },
  ],
  async run(bench: Bench): Promise<void> {
    const reason = reasonForApiOnly();
    if (reason !== undefined) return bench.omit("deployments", reason);
    bench.say(`seed ${bench.seed}: npm run bench -- --only deployments --seed ${bench.seed} does the same again`);
    await withInstance(bench, "machines", async (instance: Instance) => {
      const testbed = await Testbed.open(instance, bench.say);
      try {
        const usual: number[] = [];
        for (let number = 1; number <= bench.rounds; number += 1) {
          bench.signal.throwIfAborted();
          usual.push(await round(bench, testbed, number));
        }
        await underFaults(bench, testbed, summarise(usual).median);
      } finally {
        await testbed.clearUp();
      }
    });
  },
};
