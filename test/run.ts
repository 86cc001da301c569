import { fork, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { baseFolders, instanceNamed } from "@ghrunners/lab/instance";
import { labDown, reasonForApiOnly } from "@ghrunners/lab/lifecycle";
import { ensurePackages } from "@ghrunners/lab/packages";
import { ensureAuthority } from "@ghrunners/lab/tls";
import { withLock } from "@ghrunners/lab/toolchain/lock";
import { runProcess } from "@ghrunners/core/process";
import { endQuietlyWhenNobodyReads } from "@ghrunners/core/terminal";
import { failures } from "./support/failures";
import type { LayerResult } from "./support/layer";
import { orderedChannels } from "./support/ordered-output";
import { failure, nothing, sum } from "./support/results";
import { slowest } from "./support/timings";
import { projectRoot } from "@ghrunners/core/project-root";

const root = projectRoot;
/** Gets one line of a layer's report. */
type Say = (line: string) => void;
const say: Say = (line) => void process.stdout.write(`${line}\n`);

const help = `usage: npm test [-- layer ...] [--grep TEXT] [--list]

Layers; all of them without an argument. The first four and the last two run in parallel; the output has this order.
The rehearsal runs in three labs that share its files:
  static     types, lint, format, shell scripts
  unit       pure code, emulators in this process, graph tests
  go         the plugins and the language host
  engine     the real Pulumi engine, without machines
  machine    systemd-nspawn machines (needs root)
  rehearsal  the whole system on the lab (needs root)
`;

function filesUnder(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .map((file) => path.join(folder, file))
    .sort();
}

const tests = filesUnder("test").filter((file) => file.endsWith(".test.ts") && !file.includes("node_modules"));
const kindOf = (file: string): string =>
  file.startsWith("test/rehearsal/") ? "rehearsal" : (/\.(engine|machine)\.test\.ts$/.exec(file)?.[1] ?? "unit");

/** Ctrl-C. The tests' own processes hear of it too, and take down what they have made. */
const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    if (!stop.signal.aborted) say(`\n${name}: ending what the tests have started ...`);
    stop.abort();
  });
}

// Nobody reads the report: the tests end as by Ctrl-C, and take down what they have made.
endQuietlyWhenNobodyReads(() => stop.abort());

/** One command that passes or fails as a whole. */
async function check(tell: Say, what: string, line: readonly string[], cwd = root): Promise<LayerResult> {
  const started = Date.now();
  const result = await runProcess(line, { cwd, env: process.env, signal: stop.signal }).catch((error: Error) => ({
    code: 1,
    all: error.message,
  }));
  const good = result.code === 0;
  tell(`  ${good ? "✔" : "✘"} ${what} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (!good) tell(result.all);
  return good ? { ...nothing, passed: 1 } : failure(what, `exit code ${result.code}`, result.all);
}

function tracked(pattern: RegExp): string[] {
  const listed = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  return listed.stdout.split("\n").filter((file) => pattern.test(file));
}

/** Which room may import which: the same as in `npm run lint`. */
const arrows = [
  ...["--config", ".dependency-cruiser.mjs", "index.ts"],
  ...["config", "components", "monitoring", "policy", "packages", "lab"],
];

async function staticLayer(tell: Say): Promise<LayerResult> {
  if (reasonForApiOnly() === undefined) await ensurePackages(tell, [{ program: "shellcheck", package: "shellcheck" }]);
  const node = (file: string, ...args: string[]): string[] => [
    process.execPath,
    path.join("node_modules", file),
    ...args,
  ];
  const scripts = tracked(/\.sh$|^\.ci\/run$/);
  return sum([
    await check(tell, "types", node("typescript/bin/tsc", "--noEmit", "-p", ".")),
    await check(tell, "lint", node("eslint/bin/eslint.js", "--max-warnings", "0", ".")),
    await check(tell, "arrows", [...node("dependency-cruiser/bin/dependency-cruiser.mjs"), ...arrows]),
    await check(tell, "format", node("prettier/bin/prettier.cjs", "--check", "--log-level", "warn", ".")),
    await check(tell, "shell scripts", ["shellcheck", "--severity=style", ...scripts]),
  ]);
}

/** Go modules with code of their own; the CLI itself is built as it was published. */
const goModules = ["engine", "providers", "bridged"];

async function goLayer(tell: Say): Promise<LayerResult> {
  const results: LayerResult[] = [];
  for (const name of goModules) {
    const cwd = path.join(root, "lab", "toolchain", "go", name);
    results.push(await check(tell, `go vet ${name}`, ["go", "vet", "./..."], cwd));
    results.push(await check(tell, `go test ${name}`, ["go", "test", "./..."], cwd));
  }
  return sum(results);
}

/** Runs test files in a process of their own. */
async function mocha(
  files: readonly string[],
  { timeoutMs, tell, grep, env }: { timeoutMs: number; tell: Say; grep: string; env?: NodeJS.ProcessEnv },
): Promise<LayerResult> {
  const { certificate: authority } = await ensureAuthority(path.join(baseFolders().cache, "lab-ca"), new Date());
  if (stop.signal.aborted) return nothing;
  return new Promise((resolve, reject) => {
    let result: LayerResult | undefined;
    const child = fork(path.join(root, "test/support/layer.ts"), [String(timeoutMs), grep, ...files], {
      cwd: root,
      execArgv: ["--require", "tsx/cjs"],
      silent: true,
      env: {
        ...process.env,
        // Node reads it once, at its start: the tests' own clients trust the lab's authority.
        NODE_EXTRA_CA_CERTS: authority,
        [process.stdout.isTTY ? "FORCE_COLOR" : "NO_COLOR"]: "1",
        ...env,
      },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8");
      if (stream !== null) createInterface({ input: stream }).on("line", tell);
    }
    child.on("message", (message) => (result = message as LayerResult));
    const interrupt = (): void => void child.kill("SIGINT");
    stop.signal.addEventListener("abort", interrupt);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      stop.signal.removeEventListener("abort", interrupt);
      resolve(result ?? failedToRun(tell, files, code ?? signal));
    });
  });
}

function failedToRun(tell: Say, files: readonly string[], how: unknown): LayerResult {
  tell(`  ✘ ${files.join(", ")} ended before it could report (${how})`);
  return failure(files.join(", "), "ended before it could report", String(how));
}

const mochaLayer = (name: string, timeoutMs: number, tell: Say, grep: string): Promise<LayerResult> =>
  mocha(
    tests.filter((file) => kindOf(file) === name),
    { timeoutMs, tell, grep },
  );

/**
 * Makes what tests need and what takes minutes on a fresh machine, so that no test's own limit has to allow for it.
 * @param what test of the file to run; all of them when empty
 */
async function prepared(tell: Say, what: string, env?: NodeJS.ProcessEnv): Promise<LayerResult> {
  const result = await mocha(["test/support/prepare.ts"], { timeoutMs: 3_600_000, tell, grep: what, env });
  return { ...result, passed: 0 };
}

/** A layer of test files that need something prepared. */
const preparedLayer =
  (what: string, name: string, timeoutMs: number): Layer["run"] =>
  async (tell, grep) => {
    const preparation = await prepared(tell, what);
    if (preparation.failures.length > 0 || stop.signal.aborted) return preparation;
    return sum([preparation, await mochaLayer(name, timeoutMs, tell, grep)]);
  };

/** Labs that the whole rehearsal runs in, side by side: most of the time a lab waits for its machines. */
const LABS = 3;

/** The rehearsal's files. Every file brings its lab to the state that it needs, so any of them may follow any other. */
async function rehearsalLayer(tell: Say, grep: string): Promise<LayerResult> {
  const files = tests.filter((file) => kindOf(file) === "rehearsal");
  const channels = orderedChannels(files.length, (text) => tell(text.replace(/\n$/, "")));
  const results: LayerResult[] = [];
  let next = 0;
  const takeFiles = async (lab: string): Promise<void> => {
    const preparation = await prepared(tell, "", { GHRUNNERS_LAB: lab });
    results.push(preparation);
    // Without a lab every file would say the same.
    if (preparation.failures.length > 0) next = files.length;
    for (let index = next++; index < files.length && !stop.signal.aborted; index = next++) {
      const [file = "", channel] = [files[index], channels[index]];
      const say = (line: string): void => channel?.write(`${line}\n`);
      say(`  ${file} in the lab "${lab}"`);
      const env = { GHRUNNERS_LAB: lab };
      results.push(await mocha([file], { timeoutMs: 900_000, tell: say, grep, env }));
      channel?.end();
    }
    await labDown(instanceNamed(lab), () => undefined);
  };
  const name = process.env.GHRUNNERS_LAB || "test";
  // What is named is one test or a few, for which one lab is enough.
  const labs = Array.from({ length: grep === "" ? LABS : 1 }, (_, index) =>
    index === 0 ? name : `${name.slice(0, 8)}-${index + 1}`,
  );
  await Promise.all(labs.map(takeFiles));
  return sum(results);
}

interface Layer {
  readonly run: (tell: Say, grep: string) => Promise<LayerResult>;
  /** Layers of one lane follow each other. What needs guests mostly waits for them, so it has a lane of its own. */
  readonly lane: "code" | "guests";
}
const layers: Readonly<Record<string, Layer>> = {
  static: { run: staticLayer, lane: "code" },
  unit: { run: (tell, grep) => mochaLayer("unit", 60_000, tell, grep), lane: "code" },
  go: { run: goLayer, lane: "code" },
  engine: { run: preparedLayer("toolchain", "engine", 600_000), lane: "code" },
  machine: { run: preparedLayer("templates", "machine", 300_000), lane: "guests" },
  rehearsal: { run: rehearsalLayer, lane: "guests" },
};

async function runLayer(name: string, tell: Say, grep: string): Promise<LayerResult> {
  const layer = layers[name] as Layer;
  const reason = layer.lane === "guests" ? reasonForApiOnly() : undefined;
  tell(`\n== ${name}${reason === undefined ? "" : ` is left out: ${reason}`}`);
  if (reason !== undefined) return { ...nothing, skipped: 1 };
  const result = await layer.run(tell, grep);
  slowest(result.timings).forEach(tell);
  return result;
}

async function runLayers(names: readonly string[], grep: string): Promise<LayerResult> {
  const channels = orderedChannels(names.length, (text) => void process.stdout.write(text));
  const lane = async (which: Layer["lane"]): Promise<LayerResult> => {
    const results: LayerResult[] = [];
    for (const [index, name] of names.entries()) {
      if (layers[name]?.lane !== which) continue;
      const channel = channels[index];
      results.push(await runLayer(name, (line) => channel?.write(`${line}\n`), grep));
      channel?.end();
    }
    return sum(results);
  };
  return sum(await Promise.all([lane("code"), lane("guests")]));
}

/** Another run has the labs: two would take each other's down. */
class OtherRun extends Error {}

/**
 * Runs layers that need guests only while no other run of this name does.
 * @throws OtherRun when one does
 */
function alone<T>(chosen: readonly string[], work: () => Promise<T>): Promise<T> {
  const name = process.env.GHRUNNERS_LAB || "test";
  if (!chosen.some((layer) => layers[layer]?.lane === "guests")) return work();
  const refuse = ({ pid }: { pid: number }): never => {
    throw new OtherRun(
      `Another run of the tests (process ${pid}) works on the labs "${name}" of this machine. Expected one at a time. ` +
        "Next: wait for its end, or name other labs: GHRUNNERS_LAB=NAME npm test",
    );
  };
  return withLock(path.join(baseFolders().state, `tests-${name}.lock`), refuse, work);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { grep: { type: "string", default: "" }, list: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) return (say(help), 0);
  if (values.list) return (tests.forEach((file) => say(`${kindOf(file).padEnd(10)} ${file}`)), 0);
  const unknown = positionals.filter((name) => !(name in layers));
  if (unknown.length > 0) return (say(`Unknown layer: ${unknown.join(", ")}\n${help}`), 2);
  const started = Date.now();
  const chosen = positionals.length > 0 ? positionals : Object.keys(layers);
  const { passed, skipped, ...result } = await alone(chosen, () => runLayers(chosen, values.grep));
  if (stop.signal.aborted) return (say("Interrupted: nothing of the tests is left."), 130);
  const minutes = ((Date.now() - started) / 60_000).toFixed(1);
  const failed = result.failures.length;
  failures(result.failures).forEach(say);
  say(`\nThe run took ${minutes} min.\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    if (error instanceof OtherRun) {
      say(error.message);
      process.exitCode = 2;
      return;
    }
    say(`Error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n\n0 passed, 1 failed`);
    process.exitCode = 1;
  },
);
