import { readFileSync } from "node:fs";
import type { Moment } from "../protocol/lease";

/** The agent's two clocks; tests give their own. */
export interface Clock {
  /** The clock since boot: for leases. */
  moment(): Moment;
  /** Wall clock, RFC 3339: for records only, nothing is decided by it. */
  wall(): string;
}

export const systemClock: Clock = {
  // /proc/uptime counts suspended time too, as CLOCK_BOOTTIME does. Source: proc(5).
  moment: () => ({
    boot: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
    ms: Math.round(Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * 1000),
  }),
  wall: () => new Date().toISOString(),
};
