/** How long ago a person typed the command that this process belongs to. */
import { readFileSync } from "node:fs";
import { identityOf } from "@ghrunners/core/process-identity";

/** Clock ticks a second in /proc. Linux has the same number for every program. Source: proc(5), sysconf(3). */
const TICKS = 100;

/**
 * Age of a process, s. Pure.
 * @param uptime text of /proc/uptime: seconds since boot, a blank, idle seconds
 * @param start when the process was started, clock ticks since boot
 */
export const ageOf = (uptime: string, start: string): number => Number(uptime.split(" ")[0]) - Number(start) / TICKS;

/**
 * Seconds since npm was started, which installs packages before this process begins; since this process began where no
 * npm started it, or where there is no /proc.
 */
export function secondsSinceTyped(env: NodeJS.ProcessEnv = process.env): number {
  const npm = env.npm_lifecycle_event === undefined ? undefined : identityOf(process.ppid);
  if (npm === undefined) return process.uptime();
  // In some containers the boot of /proc/uptime is the container's, and that of process starts the host's.
  return Math.max(process.uptime(), ageOf(readFileSync("/proc/uptime", "utf8"), npm.start));
}
