import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { errorText, note } from "../ops/terminal";
import { thisMachine } from "./machine";
import { renderReport } from "./render";
import { buildReport, type Omission, type Sample } from "./report";
import type { Bench, Scenario } from "./scenario";
import { boot } from "./scenarios/boot";
import { deployments } from "./scenarios/deployments";
import { detection } from "./scenarios/detection";
import { exporter } from "./scenarios/exporter";
import { runners } from "./scenarios/runners";
import { vms } from "./scenarios/vms";

const scenarios: readonly Scenario[] = [boot, runners, vms, exporter, detection, deployments];

const MAX_SEED = 2 ** 31;

const help = `usage: npm run bench [-- options]

Measures this project and its peer, OpenTofu with Ansible, in turns on laboratories of its own, and removes them.

  --only NAME    one group of measures; may be given more than once
  --runs N       rounds, 1 to 20 (default 3)
  --sizes LIST   numbers of VMs for the group vms (default 2,20,200)
  --faults N     deployments with a random fault for the group deployments, 0 to 500 (default 50)
  --seed N       makes the same random faults again (default: a new one, which is printed)
  --json         print the report as JSON (bench/report.schema.json) instead of a table
  --help

Groups:
${scenarios.map(({ name, describes }) => `  ${name.padEnd(13)}${describes}`).join("\n")}

Exit code: 0 every bar met, 1 a bar missed or a measure failed, 2 wrong use.
`;

interface Wanted {
  readonly scenarios: readonly Scenario[];
  readonly rounds: number;
  readonly sizes: readonly number[];
  readonly faults: number;
  readonly seed: number;
  readonly json: boolean;
}

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
      runs: { type: "string", default: "3" },
      sizes: { type: "string", default: "2,20,200" },
      faults: { type: "string", default: "50" },
      seed: { type: "string", default: String(randomInt(1, MAX_SEED)) },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    scenarios: values.only.map((name) => {
      const found = scenarios.find((scenario) => scenario.name === name);
      if (found !== undefined) return found;
      throw new RangeError(`There is no group "${name}": expected ${scenarios.map((one) => one.name).join(", ")}.`);
    }),
    rounds: whole(values.runs, "--runs", 1, 20),
    // 200 addresses are left in the lab's network above its first machine.
    sizes: values.sizes.split(",").map((size) => whole(size.trim(), "--sizes", 1, 200)),
    faults: whole(values.faults, "--faults", 0, 500),
    seed: whole(values.seed, "--seed", 0, MAX_SEED),
    json: values.json,
  };
}

async function measure(choice: Wanted): Promise<number> {
  const startedAt = new Date();
  const samples: Sample[] = [];
  const omitted: Omission[] = [];
  const versions: Record<string, string> = { node: process.versions.node };
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    note(`${name}: ending what runs and cleaning up ...`);
    stop.abort(new Error(`Ended by ${name}.`));
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
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
  for (const scenario of choice.scenarios) {
    if (stop.signal.aborted) break;
    note(`== ${scenario.name}: ${scenario.describes}`);
    try {
      await scenario.run(bench);
    } catch (error) {
      failed = true;
      note(errorText(error));
      const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
      omitted.push({ measure: scenario.name, reason: reason || "it failed" });
    }
  }
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

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${errorText(error)}\n`);
    process.exitCode = 1;
  },
);
