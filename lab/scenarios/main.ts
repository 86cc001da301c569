import path from "node:path";
import { parseArgs } from "node:util";
import { baseFolders, currentInstance } from "../instance";
import { reasonForApiOnly } from "../mode";
import { ensureAuthority } from "../tls";
import { runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { endQuietlyWhenNobodyReads, errorText, note } from "@ghrunners/core/terminal";
import { scenarios } from "./all";
import { placeLine } from "./place";
import { Testbed } from "./testbed";
import { renderResults } from "./render";
import { runScenario, type ScenarioResult } from "./run";

const help = `usage: npm run scenarios [-- options]

Disturbs deployments on the lab named by GHRUNNERS_LAB, whatever PULUMI_STACK says, and checks after each that the application is completely of the
old or completely of the new version. Evidence is kept in the project's state folder.

  --only TEXT    scenarios whose id, origin or title contains the text; may be given more than once
  --list         print the scenarios without running them
  --json         print the results (or with --list the scenarios) as JSON
  --help

Exit code: 0 all passed, 1 one failed or could not run, 2 wrong use.
`;

const options = {
  only: { type: "string", multiple: true, default: [] as string[] },
  list: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** The same command again: Node reads once, at its start, whom it trusts, and scenarios ask the lab's GitHub. */
async function trustingTheLab(certificate: string): Promise<number> {
  // The terminal sends its signals to the command too, so only its end is waited for.
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => undefined);
  const line = [process.execPath, "--import", "tsx", "lab/scenarios/main.ts", ...process.argv.slice(2)];
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificate };
  return (await runProcess(line, { cwd: projectRoot, env, terminal: "inherit" })).code;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const holds = (text: string, ...fields: string[]): boolean =>
    fields.some((field) => field.toLowerCase().includes(text.toLowerCase()));
  const chosen = scenarios.filter(
    ({ id, origin, title }) => values.only.length === 0 || values.only.some((text) => holds(text, id, origin, title)),
  );
  if (chosen.length === 0) {
    process.stderr.write(`No scenario holds "${values.only.join('" or "')}". See: npm run scenarios -- --list\n`);
    return 2;
  }
  if (values.list) {
    const listed = chosen.map(({ id, origin, title, proves }) => ({ id, origin, title, proves }));
    const lines = listed.map(({ id, origin, title }) => `${id.padEnd(36)} ${origin.padEnd(12)} ${title}\n`);
    process.stdout.write(values.json ? `${JSON.stringify(listed, undefined, 2)}\n` : lines.join(""));
    return 0;
  }
  const reason = reasonForApiOnly();
  if (reason !== undefined) throw new Error(`Scenarios need machines: ${reason}. Nothing was run.`);
  const { certificate } = await ensureAuthority(path.join(baseFolders().cache, "lab-ca"), new Date());
  if (chosen.some(({ need }) => need === "everything") && process.env.NODE_EXTRA_CA_CERTS !== certificate)
    return trustingTheLab(certificate);
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.on(name, () => {
      note(`${name}: the scenario at hand is brought to its end ...`);
      stop.abort();
    });
  const instance = currentInstance();
  note(placeLine(instance.name, process.env.PULUMI_STACK));
  // Scenarios with runners open the lab once more as tests do, whose lab has another name by default.
  process.env.GHRUNNERS_LAB = instance.name;
  const testbed = await Testbed.open(instance, note);
  const results: ScenarioResult[] = [];
  for (const [index, scenario] of chosen.entries()) {
    if (stop.signal.aborted) break;
    note(`${index + 1}/${chosen.length} ${scenario.id}: ${scenario.title}`);
    const result = await runScenario(scenario, testbed);
    results.push(result);
    const [seen = ""] = result.seen.split("\n");
    note(`    ${result.passed ? "passed" : "FAILED"} after ${result.seconds.toFixed(1)} s: ${seen}`);
  }
  process.stdout.write(
    values.json ? `${JSON.stringify(results, undefined, 2)}\n` : renderResults(results, baseFolders().state),
  );
  if (results.length < chosen.length) note(`${chosen.length - results.length} scenarios were not run.`);
  return results.length === chosen.length && results.every(({ passed }) => passed) ? 0 : 1;
}

endQuietlyWhenNobodyReads();
main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${errorText(error)}\n`);
    process.exitCode =
      error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS") ? 2 : 1;
  },
);
