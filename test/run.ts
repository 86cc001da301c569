/** `npm test`: every layer of the tests, or those that are named. */
import path from "node:path";
import { parseArgs } from "node:util";
import { baseFolders } from "@ghrunners/lab/instance";
import { withLock } from "@ghrunners/lab/toolchain/lock";
import { endQuietlyWhenNobodyReads } from "@ghrunners/core/terminal";
import type { PrintLine } from "./support/context";
import { failures } from "./support/failures";
import { layerNames, needsLabs, runLayers, usualLayers } from "./support/layers";
import { layerOf, testFiles } from "./support/test-files";

const say: PrintLine = (line) => void process.stdout.write(`${line}\n`);

const help = `usage: npm test [-- layer ...] [--grep TEXT] [--list]

Layers; all of these without an argument. The first five run one after the other; then engine and machine do, beside the
rehearsal. The output has this order. The rehearsal runs in two labs that share its files:
  static      types, lint, format, shell scripts, docstrings
  unit        pure code, emulators in this process, graph tests
  integration commands, agent and exporters as processes; promtool, Prometheus, a browser
  simulation  1,000 simulated deployments with faults
  go          the plugins and the language host
  engine      the real Pulumi engine, without machines
  machine     systemd-nspawn machines (needs root)
  rehearsal   the whole system on the lab (needs root)

Only where they are named:
  long        the rest of the rehearsal: more faults, variants and runbooks, in an hour or two (needs root)
  prometheus3 the tests that ask promtool and Prometheus, on Prometheus 3; the first time builds it
`;

/** Ctrl-C. The terminal sends it to the tests' processes too, which remove what they have made. */
const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    if (!stop.signal.aborted) say(`\n${name}: ending what the tests have started ...`);
    stop.abort();
  });
}

// Nobody reads the report any more (EPIPE): the tests end as by Ctrl-C and remove what they have made.
endQuietlyWhenNobodyReads(() => stop.abort());

/** Another run has the labs: two would take each other's down. */
class OtherRun extends Error {}

/**
 * Runs layers that need guests only while no other run of this name does.
 * @throws OtherRun when one does
 */
function alone<T>(chosen: readonly string[], work: () => Promise<T>): Promise<T> {
  const name = process.env.GHRUNNERS_LAB || "test";
  if (!chosen.some(needsLabs)) return work();
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
  if (values.list) return (testFiles.forEach((file) => say(`${layerOf(file).padEnd(11)} ${file}`)), 0);
  const unknown = positionals.filter((name) => !layerNames.includes(name));
  if (unknown.length > 0) return (say(`Unknown layer: ${unknown.join(", ")}\n${help}`), 2);
  const started = Date.now();
  const chosen = positionals.length > 0 ? positionals : usualLayers;
  const show = (text: string): void => void process.stdout.write(text);
  const { passed, skipped, ...result } = await alone(chosen, () =>
    runLayers(chosen, { grep: values.grep, stop: stop.signal }, show),
  );
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
