import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/**
 * A process, told apart from a later one with the same number by its start time
 * (field 22 of /proc/PID/stat, clock ticks since boot; proc(5)).
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks: string;
}

/** The identity of a living process, or undefined when there is none (a zombie counts as none). */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command name is in parentheses and may hold anything; the fields that follow it do not.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const startTicks = fields[19];
    return fields[0] === "Z" || startTicks === undefined ? undefined : { pid, startTicks };
  } catch {
    return undefined;
  }
}

export function isAlive(process: ProcessIdentity): boolean {
  return identify(process.pid)?.startTicks === process.startTicks;
}

export function writeIdentity(file: string, pid: number): void {
  const identity = identify(pid);
  if (identity === undefined) throw new Error(`Process ${pid} ended before it could be recorded in ${file}.`);
  writeFileSync(file, JSON.stringify(identity), { mode: 0o600 });
}

/** The recorded process if it still lives; a stale or torn record counts as none. */
export function readIdentity(file: string): ProcessIdentity | undefined {
  try {
    const identity = JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity;
    return isAlive(identity) ? identity : undefined;
  } catch {
    return undefined;
  }
}

function signal(process_: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isAlive(process_)) return;
  try {
    process.kill(process_.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** SIGTERM, then SIGKILL after the grace time; returns when the process is gone. */
export async function end(identity: ProcessIdentity, graceMs = 3_000): Promise<void> {
  signal(identity, "SIGTERM");
  const killAt = Date.now() + graceMs;
  let killed = false;
  while (isAlive(identity)) {
    if (!killed && Date.now() > killAt) {
      signal(identity, "SIGKILL");
      killed = true;
    }
    if (Date.now() > killAt + 10_000) throw new Error(`Process ${identity.pid} does not end, even by SIGKILL.`);
    await delay(20);
  }
}

/** Processes in a network namespace, by the inode of /proc/PID/ns/net. Used to find what a killed command left behind. */
export function processesInNamespace(inode: number, inodeOf: (pid: number) => number | undefined): ProcessIdentity[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => pid !== process.pid && inodeOf(pid) === inode)
    .flatMap((pid) => identify(pid) ?? []);
}

export function removeRecord(file: string): void {
  rmSync(file, { force: true });
}
