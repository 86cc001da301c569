import { onStack } from "@ghrunners/core/vocabulary/on-stack";
import { print, printJson, WrongUse } from "../command";
import { judgeAll } from "./check";
import { checksFor } from "./checks/all";
import { observe } from "./observe";
import { type DoctorReport, renderDoctor } from "./render";

/**
 * Examines everything that the stack depends on, and changes nothing.
 * @param named stack; undefined: the selected one
 * @param limitMs longest wait for each system, ms
 */
export async function examine(named: string | undefined, limitMs: number): Promise<DoctorReport> {
  const begun = performance.now();
  const facts = await observe(named, limitMs);
  const stack = "value" in facts.own.stack ? facts.own.stack.value : null;
  const checks = judgeAll(checksFor(facts)).map((check) => ({
    ...check,
    next: check.next === null || stack === null ? check.next : onStack(check.next, stack),
  }));
  return {
    version: 1,
    at: facts.at.toISOString(),
    stack,
    seconds: Math.round((performance.now() - begun) / 100) / 10,
    checks,
    healthy: checks.every(({ state }) => state !== "problem" && state !== "unknown"),
  };
}

interface Options {
  readonly stack?: string;
  readonly json?: boolean;
  /** Seconds. */
  readonly limit: string;
}

export async function doctor(options: Options): Promise<number> {
  const seconds = Number(options.limit);
  if (!(seconds >= 1 && seconds <= 600))
    throw new WrongUse(`--limit is "${options.limit}", expected a number of seconds from 1 to 600.`);
  const report = await examine(options.stack, seconds * 1000);
  if (options.json) printJson<"doctor">(report);
  else print(renderDoctor(report));
  return report.healthy ? 0 : 1;
}
