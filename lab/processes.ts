import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { poll } from "@ghrunners/core/until";
import { identityOf, lives, type ProcessIdentity } from "@ghrunners/core/process-identity";

export function writeIdentity(file: string, pid: number): void {
  const identity = identityOf(pid);
  if (identity === undefined) throw new Error(`Process ${pid} ended before it could be recorded in ${file}.`);
  writeFileSync(file, JSON.stringify(identity), { mode: 0o600 });
}

/** The recorded process if it still runs; an outdated or incomplete record counts as none. */
export function readIdentity(file: string): ProcessIdentity | undefined {
  try {
    const identity = JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity;
    return lives(identity) ? identity : undefined;
  } catch {
    return undefined;
  }
}

function signal(process_: ProcessIdentity, name: NodeJS.Signals): void {
  if (lives(process_)) send(process_.pid, name);
}

/** Sends a signal to a process that may have ended since it was seen. */
export function send(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** SIGTERM, then SIGKILL after the grace time; returns when the process is gone. */
export async function end(identity: ProcessIdentity, graceMs = 3_000): Promise<void> {
  const isGone = (limitMs: number): Promise<boolean> => poll(() => !lives(identity), Boolean, { limitMs, pauseMs: 20 });
  signal(identity, "SIGTERM");
  if (await isGone(graceMs)) return;
  signal(identity, "SIGKILL");
  if (!(await isGone(10_000))) throw new Error(`Process ${identity.pid} does not end, even by SIGKILL.`);
}

/** Ends the leader of a process group (a service is started as one) and then whatever of its group is left. */
export async function endGroup(leader: ProcessIdentity, graceMs?: number): Promise<void> {
  await end(leader, graceMs);
  // A group's number is not reused while a member of it runs; if none does, this finds nothing.
  send(-leader.pid, "SIGKILL");
}

export function removeRecord(file: string): void {
  rmSync(file, { force: true });
}
