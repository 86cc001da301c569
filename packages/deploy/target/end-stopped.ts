/**
 * Kills the process that holds the agent's lock if that process is stopped (SIGSTOP) and its lease is over. A stopped
 * agent neither renews nor rolls back, and may never be continued. Killing it is safe at any moment: the journal is as
 * of its last durable write, and the guard takes the lock and rolls back.
 */
import { readFileSync, statSync } from "node:fs";
import { leaseState } from "../protocol/lease";
import type { Agent } from "./drive";
import { readJournal } from "./queries";

/**
 * `major:minor:inode` as the kernel writes it in its list of locks. Source: proc_locks(5), and glibc's gnu_dev_major.
 */
function identityOf(file: string): string {
  const { dev, ino } = statSync(file, { bigint: true });
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
  const hex = (part: bigint): string => part.toString(16).padStart(2, "0");
  return `${hex(major)}:${hex(minor)}:${ino}`;
}

/**
 * Processes that hold the flock(2) lock on a file. Waiting ones, which the kernel marks with an arrow, are left out.
 */
export function holdersOf(file: string): number[] {
  const identity = identityOf(file);
  const rows = readFileSync("/proc/locks", "utf8").split("\n");
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, kind, , , , where]) => kind === "FLOCK" && where === identity)
    .map(([, , , , pid]) => Number(pid))
    .filter((pid) => pid > 0);
}

/**
 * Whether it is stopped by a signal, not by a debugger. Source: proc_pid_stat(5). Its name may contain any character.
 */
function isStopped(pid: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text
      .slice(text.lastIndexOf(")") + 1)
      .trim()
      .startsWith("T");
  } catch {
    // It ended meanwhile.
    return false;
  }
}

/** While the lease holds, a stopped agent may still be continued. An unreadable lease holds nothing. */
function leaseHolds(agent: Agent): boolean {
  try {
    const transaction = readJournal(agent)?.transaction;
    if (transaction === undefined || transaction.released) return false;
    return leaseState(agent.store.readLease(), transaction.token, agent.clock.moment()) === "held";
  } catch {
    return false;
  }
}

/**
 * @param lock the file that the agent locks while it works
 * @param kill ends a process at once
 * @returns the processes that were ended
 */
export function endStopped(
  agent: Agent,
  lock: string,
  kill: (pid: number) => void = (pid) => void process.kill(pid, "SIGKILL"),
): number[] {
  if (leaseHolds(agent)) return [];
  const stopped = holdersOf(lock).filter(isStopped);
  for (const pid of stopped) kill(pid);
  return stopped;
}
