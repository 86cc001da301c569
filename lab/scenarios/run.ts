import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { removeHost } from "../hosts";
import type { Testbed } from "./testbed";
import type { Scenario } from "./scenario";

/** What became of one scenario. */
export interface ScenarioResult {
  readonly id: string;
  readonly origin: Scenario["origin"];
  readonly title: string;
  readonly passed: boolean;
  readonly seconds: number;
  /** What was measured, or what was seen instead of what was expected. */
  readonly seen: string;
  /** Files that prove it, relative to the project's state folder. */
  readonly evidence: readonly string[];
}

/** Runs one scenario on a testbed that is as every scenario expects it, and clears up whatever it left. */
export async function runScenario(scenario: Scenario, testbed: Testbed): Promise<ScenarioResult> {
  const { id, origin, title } = scenario;
  const begun = performance.now();
  const result = (passed: boolean, seen: string): ScenarioResult => ({
    id,
    origin,
    title,
    passed,
    seconds: (performance.now() - begun) / 1000,
    seen,
    evidence: evidenceOf(testbed),
  });
  try {
    await testbed.given(id);
    return result(true, await scenario.run(testbed));
  } catch (error) {
    await testbed.records().catch(() => undefined);
    // The next scenario finds for itself that it cannot begin, and the table at the end has them all.
    const stuck = await makeAnew(testbed).catch(
      (again: unknown) => `\nNor could the target be made anew: ${inWords(again)}`,
    );
    return result(false, `${inWords(error)}${stuck ?? ""}`);
  } finally {
    await testbed.clearUp();
  }
}

const inWords = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Remove what a failure left before the next scenario. */
async function makeAnew(testbed: Testbed): Promise<void> {
  await testbed.clearUp();
  await removeHost("app", testbed.instance);
  testbed.keyIsLost();
  await testbed.app.repair();
  await testbed.app.boot();
}

function evidenceOf({ place, evidence }: Testbed): string[] {
  const base = path.dirname(path.dirname(evidence));
  if (!existsSync(place)) return [];
  return readdirSync(place)
    .sort()
    .map((name) => path.relative(base, path.join(place, name)));
}
