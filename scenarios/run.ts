import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { removeHost } from "../lab/hosts";
import type { Ground } from "./ground";
import type { Scenario } from "./scenario";

/** What became of one scenario. */
export interface Result {
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

/** Runs one scenario on a ground that is as every scenario expects it, and clears up whatever it left. */
export async function runScenario(scenario: Scenario, ground: Ground): Promise<Result> {
  const { id, origin, title } = scenario;
  const begun = performance.now();
  const result = (passed: boolean, seen: string): Result => ({
    id,
    origin,
    title,
    passed,
    seconds: (performance.now() - begun) / 1000,
    seen,
    evidence: evidenceOf(ground),
  });
  try {
    await ground.given(id);
    return result(true, await scenario.run(ground));
  } catch (error) {
    const seen = error instanceof Error ? error.message : String(error);
    await ground.records().catch(() => undefined);
    // What a failure left is nothing to begin the next one with.
    await ground.clearUp();
    await removeHost("app", ground.instance);
    await ground.app.mend();
    await ground.app.boot();
    return result(false, seen);
  } finally {
    await ground.clearUp();
  }
}

function evidenceOf({ place, evidence }: Ground): string[] {
  const base = path.dirname(path.dirname(evidence));
  if (!existsSync(place)) return [];
  return readdirSync(place)
    .sort()
    .map((name) => path.relative(base, path.join(place, name)));
}
