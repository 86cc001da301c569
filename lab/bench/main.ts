import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { endQuietlyWhenNobodyReads, errorText, note } from "@ghrunners/core/terminal";
import { thisMachine } from "./machine";
import { renderReport } from "./render";
import { buildReport, type Omission, type BenchSample } from "./report";
import type { Bench, BenchScenario } from "./scenario";
import { boot } from "./scenarios/boot";
import { deployments } from "./scenarios/deployments";
import { detection } from "./scenarios/detection";
import { exporter } from "./scenarios/exporter";
import { failover } from "./scenarios/failover";
import { helpText } from "./scenarios/help";
import { runners } from "./scenarios/runners";
import { vms } from "./scenarios/vms";

const scenarios: readonly BenchScenario[] = [helpText, boot, runners, vms, exporter, detection, failover, deployments];

const MAX_SEED = 2 ** 31;

const help = `usage: npm run bench [-- options]

Measures this project and its peer, OpenTofu with Ansible, in turns on labs of its own, and removes the labs.

  --only NAME    one group of measures; may be given more than once
  --faults N     deployments with a random fault for the group deployments, 0 to 500 (default 50)
  --seed N       repeats the same random faults (default: a new seed, which is printed)
  --quick        one round, 2 and 20 VMs, 10 faults
  --runs N       rounds, 1 to 20 (default 3; quick 1)
  --sizes LIST   numbers of VMs for the group vms (default 2,20,200; quick 2,20); 100 and more in the first round only
  --minutes N    time limit; measures that are not done by then are ended and left out, 1 to 600 (default 120; quick 40)
  --json         print the report as JSON (docs/reference/schemas/bench.json) instead of a table
  --help

The whole run ends within --minutes.

Groups:
${scenarios.map(({ name, describes }) => `  ${name.padEnd(13)}${describes}`).join("\n")}

Exit code: 0 every limit met, 1 a limit missed or a measure failed, 2 wrong use.
`;

interface Wanted {
  readonly scenarios: readonly BenchScenario[];
  readonly rounds: number;
  readonly sizes: readonly number[];
  readonly faults: number;
  readonly seed: number;
  readonly minutes: number;
  readonly json: boolean;
}

/** What is measured where the options say nothing else. */
const defaults = {
  whole: { runs: "3", sizes: "2,20,200", faults: "50", minutes: "120" },
  quick: { runs: "1", sizes: "2,20", faults: "10", minutes: "40" },
} as const;

/** A whole number within bounds. @throws RangeError that says what was seen and expected */
function whole(text: string, option: string, low: number, high: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= low && value <= high) return value;
  throw new RangeError(`${option} is "${text}": expected a whole number from ${low} to ${high}.`);
}

function wanted(argv: string[]): Wanted | undefined {
  const { values } = parseArgs({
    args: argv,
    options: {
      only: { type: "string", multiple: true, default: scenarios.map(({ name }) => name) },
      faults: { type: "string" },
      seed: { type: "string", default: String(randomInt(1, MAX_SEED)) },
      quick: { type: "boolean", default: false },
      runs: { type: "string" },
      sizes: { type: "string" },
      minutes: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const { runs, sizes, faults, minutes } = { ...defaults[values.quick ? "quick" : "whole"], ...values };
  return {
    scenarios: values.only.map((name) => {
      const found = scenarios.find((scenario) => scenario.name === name);
      if (found !== undefined) return found;
      throw new RangeError(`There is no group "${name}": expected ${scenarios.map((one) => one.name).join(", ")}.`);
    }),
    rounds: whole(runs, "--runs", 1, 20),
    faults: whole(faults, "--faults", 0, 500),
    seed: whole(values.seed, "--seed", 0, MAX_SEED),
    // 200 addresses are left in the lab's network above its first machine.
    sizes: sizes.split(",").map((size) => whole(size.trim(), "--sizes", 1, 200)),
    minutes: whole(minutes, "--minutes", 1, 600),
    json: values.json,
  };
}

async function measure(choice: Wanted): Promise<number> {
  const startedAt = new Date();
  const samples: BenchSample[] = [];
  const omitted: Omission[] = [];
  const versions: Record<string, string> = { node: process.versions.node };
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    note(`${name}: ending what runs and cleaning up ...`);
    stop.abort(new Error(`Ended by ${name}.`));
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  const late = new Error(`Not done within ${choice.minutes} minutes; next: --minutes, or fewer groups with --only.`);
  const limit = setTimeout(() => stop.abort(late), choice.minutes * 60_000);
  const bench: Bench = {
    rounds: choice.rounds,
    sizes: choice.sizes,
    faults: choice.faults,
    seed: choice.seed,
    signal: stop.signal,
    say: note,
    record: (sample) => void samples.push(sample),
    omit: (name, reason) => void omitted.push({ measure: name, reason }),
    version: (program, version) => void (versions[program] = version),
  };
  let failed = false;
  for (const [index, scenario] of choice.scenarios.entries()) {
    note(`== ${index + 1} of ${choice.scenarios.length}, ${scenario.name}: ${scenario.describes}`);
    try {
      stop.signal.throwIfAborted();
      await scenario.run(bench);
    } catch (error) {
      failed = true;
      note(errorText(error));
      // What was aborted fails in many ways; the reason is one.
      const cause: unknown = stop.signal.aborted ? stop.signal.reason : error;
      const [reason] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
      omitted.push({ measure: scenario.name, reason: reason || "it failed" });
    }
    note(`${((Date.now() - startedAt.getTime()) / 60_000).toFixed(1)} minutes in all`);
  }
  clearTimeout(limit);
  const bars = choice.scenarios.flatMap((scenario) => scenario.bars);
  const report = buildReport({ startedAt, machine: thisMachine(), versions, samples, bars, omitted });
  process.stdout.write(choice.json ? `${JSON.stringify(report, undefined, 2)}\n` : renderReport(report));
  return failed || report.measures.some(({ bar }) => bar?.met === false) ? 1 : 0;
}

async function main(argv: string[]): Promise<number> {
  let choice: Wanted | undefined;
  try {
    choice = wanted(argv);
  } catch (error) {
    process.stderr.write(`${errorText(error)}\n\n${help}`);
    return 2;
  }
  if (choice === undefined) {
    process.stdout.write(help);
    return 0;
  }
  return measure(choice);
}

endQuietlyWhenNobodyReads();
main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${errorText(error)}\n`);
    process.exitCode = 1;
  },
);
