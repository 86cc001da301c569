/** What a runner's own host shows of its unit. Read-only. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { type HostScript, runScript } from "@ghrunners/core/ssh/script";
import { type HostSession, withSession } from "@ghrunners/core/ssh/session";
import type { RunnerFacts } from "./facts";
import { oneLine } from "./read-github";

const SCRIPT = "observe-runner.sh";
const CONNECT_MS = 5_000;
const LIMIT_MS = 15_000;

type HostFacts = Pick<RunnerFacts, "unit" | "job" | "lastWord" | "problem">;

/** What is known of a host that was not asked. */
export const notAsked: HostFacts = { unit: null, job: null, lastWord: null, problem: null };

/**
 * Reads the output of scripts/observe-runner.sh. Pure.
 * @example parseRunner("unit\tactive\nworker\tno\nline\t2026-01-01 00:00:00Z: Listening for Jobs\n").unit === "active"
 */
export function parseRunner(output: string): HostFacts {
  const facts = output.split("\n").map((line) => {
    const [kind = "", ...value] = line.split("\t");
    return { kind, value: oneLine(value.join("\t")) };
  });
  const lines = facts.filter(({ kind, value }) => kind === "line" && value !== "").map(({ value }) => value);
  const started = lines.findLast((line) => /Running job: /.test(line));
  const isWorking = facts.some(({ kind, value }) => kind === "worker" && value === "yes");
  return {
    unit: facts.find(({ kind }) => kind === "unit")?.value ?? null,
    job: isWorking ? (started?.replace(/^.*?Running job: /, "") ?? "a job without a name in the journal") : null,
    lastWord: lines.at(-1) ?? null,
    problem: null,
  };
}

/** Never throws: a host that cannot be read is a fact too. */
export async function readRunner(host: HostAddress, unit: string, privateKey: string): Promise<HostFacts> {
  const text = readFileSync(path.join(__dirname, "scripts", SCRIPT), "utf8");
  const script: HostScript = { name: SCRIPT, text };
  try {
    const look = (session: HostSession): Promise<string> =>
      runScript(session, script, "look", { UNIT: unit }, LIMIT_MS);
    return parseRunner(await withSession(host, privateKey, look, CONNECT_MS));
  } catch (error) {
    return { ...notAsked, problem: (error as Error).message };
  }
}
