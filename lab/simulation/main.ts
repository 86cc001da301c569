import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { errorText, note } from "@ghrunners/core/terminal";
import { type ThreadPool, withPool } from "./pool";
import { renderReport, reportOf } from "./report";
import { revertedFixes, revertedFixNamed } from "./reverted-fixes";

const MAX_SEED = 2 ** 31;

const help = `usage: npm run simulate -- [options]

Runs deployer, agent, guard, failover switch and GitHub on simulated disks, clocks, networks and processes, with random
faults. Checks after each run that one complete version is installed and that every report is true. One seed is one run.

  --runs N        runs, 1 to 1000000 (default 1000)
  --seed N        the first seed; each run uses the next one (default: a new one, which is printed)
  --reverted      reverts the fixes of known faults, one by one, and shows which seed finds each fault again
  --without NAME  runs with this one fix reverted
  --json          print the report as JSON (docs/reference/schemas/simulation.json)
  --help

Fixes that can be reverted, with the fault that each prevents:
${revertedFixes.map(({ name, fault }) => `  ${name.padEnd(30)}${fault}`).join("\n")}

Exit code: 0 nothing found (with --reverted: every fault was found), 1 something was found, or was not, 2 wrong use.
`;

/** A whole number within bounds. @throws RangeError that says what was seen and expected */
function whole(text: string, option: string, low: number, high: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= low && value <= high) return value;
  throw new RangeError(`${option} is "${text}": expected a whole number from ${low} to ${high}.`);
}

function wanted() {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "1000" },
      seed: { type: "string", default: String(randomInt(1, MAX_SEED)) },
      reverted: { type: "boolean", default: false },
      without: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  return {
    ...values,
    without: values.without === undefined ? undefined : revertedFixNamed(values.without).name,
    reverted: values["reverted"],
    runs: whole(values.runs, "--runs", 1, 1_000_000),
    first: whole(values.seed, "--seed", 0, MAX_SEED),
  };
}

/** One line of progress every few seconds. */
function progress(runs: number): (done: number, failed: number) => void {
  let last = Date.now();
  return (done, failed) => {
    if (Date.now() - last < 5_000) return;
    last = Date.now();
    note(`${done} of ${runs} runs, ${failed} failed`);
  };
}

/** Each reverted fix by itself. @returns exit code */
async function runReverted(pool: ThreadPool, runs: number, signal: AbortSignal): Promise<number> {
  let missed = 0;
  for (const { name, seed } of revertedFixes) {
    if (signal.aborted) return 1;
    const { results, failures } = await pool.run({ first: seed, runs }, { without: name, signal, untilFailure: true });
    const [failure] = failures;
    if (failure === undefined) missed += 1;
    const found =
      failure === undefined ? `not found in ${results.length} runs` : `seed ${failure.seed}: ${failure.problems[0]}`;
    process.stdout.write(`${name.padEnd(30)} ${found}\n`);
  }
  return missed === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  let choice: ReturnType<typeof wanted>;
  try {
    choice = wanted();
  } catch (error) {
    process.stderr.write(`${errorText(error)}\nSee: npm run simulate -- --help\n`);
    return 2;
  }
  if (choice.help) {
    process.stdout.write(help);
    return 0;
  }
  const { runs, first, without, json } = choice;
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.on(name, () => {
      note(`${name}: the runs at hand are brought to their end ...`);
      stop.abort();
    });
  if (choice.reverted) return withPool((pool) => runReverted(pool, runs, stop.signal));
  const startedAt = Date.now();
  const onProgress = progress(runs);
  const options = { without, signal: stop.signal, onProgress };
  const { results, failures } = await withPool((pool) => pool.run({ first, runs }, options));
  const report = reportOf(first, results, failures, (Date.now() - startedAt) / 1000);
  process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : renderReport(report));
  return report.failed === 0 && results.length === runs ? 0 : 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${errorText(error)}\n`);
    process.exitCode = 1;
  },
);
