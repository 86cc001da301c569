/**
 * Runs one command to its end and says what it took.
 */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { treeOf } from "../process-tree";
import { end } from "../processes";
import { identityOf } from "@ghrunners/core/process-identity";
import { TreeMeter } from "./process-tree";

/** How often memory and processor time are looked at, ms. */
const LOOK_EVERY_MS = 100;

export interface TimedCommand {
  /** Program and arguments, without secrets: they are visible to every user of the machine. */
  readonly line: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface CommandTiming {
  readonly seconds: number;
  readonly peakMemoryMiB: number;
  readonly cpuSeconds: Readonly<Record<string, number>>;
}

/** Ends a command and everything it started: asked by SIGINT first, so that an engine can put its state in order. */
async function endTree(root: number): Promise<void> {
  const all = treeOf(root).flatMap((pid) => identityOf(pid) ?? []);
  const first = all[0];
  if (first !== undefined) process.kill(first.pid, "SIGINT");
  for (const member of all) await end(member, 10_000);
}

/**
 * @param log file that gets what the command prints
 * @param signal ends the command and what it started
 * @throws Error with the end of the log when the command fails or is ended
 */
export async function timed(command: TimedCommand, log: string, signal: AbortSignal): Promise<CommandTiming> {
  signal.throwIfAborted();
  mkdirSync(path.dirname(log), { recursive: true, mode: 0o700 });
  const output = openSync(log, "w", 0o600);
  const [program, ...args] = command.line;
  const started = performance.now();
  // A group of its own: Ctrl-C reaches the benchmark alone, which then ends the command in order.
  const child = spawn(program as string, args, {
    cwd: command.cwd,
    env: command.env,
    stdio: ["ignore", output, output],
    detached: true,
  });
  closeSync(output);
  const finished = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
  const pid = child.pid ?? 0;
  const meter = new TreeMeter(pid);
  const timer = setInterval(() => meter.look(), LOOK_EVERY_MS);
  let ending: Promise<void> | undefined;
  const onAbort = (): void => void (ending = endTree(pid));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const code = await finished;
    const seconds = (performance.now() - started) / 1000;
    await ending;
    signal.throwIfAborted();
    if (code !== 0)
      throw new Error(`${describe(command)} ended with exit code ${code}:\n${tail(log)}\nAll of it: ${log}`);
    return { seconds, peakMemoryMiB: meter.peakMemoryMiB, cpuSeconds: meter.cpuSeconds };
  } finally {
    clearInterval(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

const describe = ({ line }: TimedCommand): string => line.map((part) => path.basename(part)).join(" ");

const tail = (file: string): string => readFileSync(file, "utf8").trimEnd().split("\n").slice(-25).join("\n");
