/**
 * Prints what commands and their sub-commands say to --help, as JSON: `{ "lab fault": "Usage: ..." }`. In a process of
 * its own, one command after the other: starting Node for each of them would take a minute.
 */
import path from "node:path";
import { groups } from "@ghrunners/cli/commands";
import { commands } from "./commands";

const projectRoot = path.resolve(__dirname, "../../../..");
/** Thrown in place of the end of the process, so that a command does nothing after its help. */
class Ended extends Error {}

const helps: Record<string, string> = {};
const waiting: (readonly [name: string, file: string, args: readonly string[]])[] = commands.map(({ name, file }) => [
  name,
  file,
  [],
]);
const write = process.stdout.write.bind(process.stdout);
const exit = process.exit.bind(process);
let current: (typeof waiting)[number] | undefined;
let said = "";

/** Sub-commands as a list of commands names them: two blanks, the name, its arguments, two blanks, what it does. */
function subcommands(help: string): string[] {
  // `ghrunners` lists its commands by what a reader wants to do.
  const headings = ["Commands:", ...Object.keys(groups)].join("|");
  const lists = [...help.matchAll(new RegExp(`^(?:${headings})\n((?: {2}.*\n?)+)`, "gm"))];
  const names = lists.flatMap(([, list = ""]) => [...list.matchAll(/^ {2}(\w[\w-]*)/gm)].map(([, name = ""]) => name));
  return names.filter((name) => name !== "help");
}

function start(): void {
  current = waiting.shift();
  if (current === undefined) {
    write(JSON.stringify(helps), () => exit(0));
    return;
  }
  const [, file, args] = current;
  const full = path.join(projectRoot, file);
  said = "";
  process.exitCode = undefined;
  process.argv = [process.execPath, full, ...args, "--help"];
  // A command runs when its file is loaded; a sub-command may have a file of its own.
  for (const loaded of Object.keys(require.cache))
    if (/\/(main|start|run)\.ts$/.test(loaded)) delete require.cache[loaded];
  try {
    require(full);
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
  }
}

process.stdout.write = (chunk: string | Uint8Array): boolean => {
  said += chunk.toString();
  return true;
};
process.exit = () => {
  throw new Ended();
};
process.on("unhandledRejection", (error) => {
  if (!(error instanceof Ended)) throw error;
});
// A command is at its end when nothing is left to do.
process.on("beforeExit", () => {
  if (current === undefined) return;
  const [name, file, args] = current;
  helps[[name, ...args].join(" ")] = said;
  // Some commands say the same for each of their sub-commands.
  if (!Object.values(helps).slice(0, -1).includes(said)) {
    waiting.unshift(...subcommands(said).map((sub) => [name, file, [...args, sub]] as const));
  }
  // By a timer: Node ends where nothing but promises is left.
  setImmediate(start);
});
start();
