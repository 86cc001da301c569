import { fork, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { baseFolders } from "../lab/instance";
import { reasonForApiOnly } from "../lab/lifecycle";
import { ensurePackages } from "../lab/packages";
import { ensureAuthority } from "../lab/tls";
import type { LayerResult } from "./support/layer";

const root = path.dirname(__dirname);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const help = `usage: npm test [-- layer ...] [--grep TEXT] [--list]

Layers, in order; all of them without an argument:
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

/** One command that passes or fails as a whole. */
function check(what: string, program: string, args: readonly string[], cwd = root): LayerResult {
  const started = Date.now();
  const result = spawnSync(program, args, { cwd, encoding: "utf8", maxBuffer: 64 * 2 ** 20 });
  const good = result.status === 0;
  say(`  ${good ? "✔" : "✘"} ${what} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (!good) say(`${result.stdout ?? ""}${result.stderr ?? ""}${result.error?.message ?? ""}`);
  return { passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0 };
}

const sum = (results: readonly LayerResult[]): LayerResult =>
  results.reduce(
    (a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }),
    { passed: 0, failed: 0, skipped: 0 },
  );

function tracked(pattern: RegExp): string[] {
  const listed = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  return listed.stdout.split("\n").filter((file) => pattern.test(file));
}

function staticLayer(): LayerResult {
  if (reasonForApiOnly() === undefined) ensurePackages(say, [{ program: "shellcheck", package: "shellcheck" }]);
  const node = (file: string, ...args: string[]): [string, string[]] => [
    process.execPath,
    [path.join("node_modules", file), ...args],
  ];
  return sum([
    check("types", ...node("typescript/bin/tsc", "--noEmit", "-p", ".")),
    check("lint", ...node("eslint/bin/eslint.js", "--max-warnings", "0", ".")),
    check("format", ...node("prettier/bin/prettier.cjs", "--check", "--log-level", "warn", ".")),
    check("shell scripts", "shellcheck", ["--severity=style", ...tracked(/\.sh$|^\.ci\/run$/)]),
  ]);
}

/** Go modules with code of their own; the CLI itself is built as it was published. */
const goModules = ["engine", "providers", "bridged"];

function goLayer(): LayerResult {
  return sum(
    goModules.flatMap((name) => {
      const cwd = path.join(root, "toolchain", "go", name);
      return [
        check(`go vet ${name}`, "go", ["vet", "./..."], cwd),
        check(`go test ${name}`, "go", ["test", "./..."], cwd),
      ];
    }),
  );
}

async function mochaLayer(name: string, timeoutMs: number, grep: string): Promise<LayerResult> {
  const { certificate: authority } = await ensureAuthority(path.join(baseFolders().cache, "lab-ca"), new Date());
  const files = tests.filter((file) => kindOf(file) === name);
  return new Promise((resolve, reject) => {
    let result: LayerResult | undefined;
    const child = fork(path.join(root, "test/support/layer.ts"), [String(timeoutMs), grep, ...files], {
      cwd: root,
      execArgv: ["--require", "tsx/cjs"],
      // Node reads this once, at its start: the tests' own clients trust the lab's authority.
      env: { ...process.env, NODE_EXTRA_CA_CERTS: authority },
    });
    child.on("message", (message) => (result = message as LayerResult));
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(result ?? failedToRun(name, code ?? signal)));
  });
}

function failedToRun(name: string, how: unknown): LayerResult {
  say(`  ✘ layer ${name} ended before it could report (${how})`);
  return { passed: 0, failed: 1, skipped: 0 };
}

type Layer = (grep: string) => LayerResult | Promise<LayerResult>;
const layers: Record<string, Layer> = {
  static: staticLayer,
  unit: (grep) => mochaLayer("unit", 20_000, grep),
  go: goLayer,
  engine: (grep) => mochaLayer("engine", 600_000, grep),
  machine: (grep) => mochaLayer("machine", 180_000, grep),
  rehearsal: (grep) => mochaLayer("rehearsal", 300_000, grep),
};
const needRoot = new Set(["machine", "rehearsal"]);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { grep: { type: "string", default: "" }, list: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) return (say(help), 0);
  if (values.list) return (tests.forEach((file) => say(`${kindOf(file).padEnd(10)} ${file}`)), 0);
  const unknown = positionals.filter((name) => !(name in layers));
  if (unknown.length > 0) return (say(`Unknown layer: ${unknown.join(", ")}\n${help}`), 2);
  const results: LayerResult[] = [];
  for (const name of positionals.length > 0 ? positionals : Object.keys(layers)) {
    const reason = needRoot.has(name) ? reasonForApiOnly() : undefined;
    say(`\n== ${name}${reason === undefined ? "" : ` is left out: ${reason}`}`);
    const result = reason === undefined ? await layers[name]?.(values.grep) : { passed: 0, failed: 0, skipped: 1 };
    if (result !== undefined) results.push(result);
  }
  const { passed, failed, skipped } = sum(results);
  say(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    say(`Error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n\n0 passed, 1 failed`);
    process.exitCode = 1;
  },
);
