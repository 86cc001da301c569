import { readFileSync } from "node:fs";
import type { Moment } from "../protocol/lease";

/** The agent's two clocks; tests replace them. */
export interface Clock {
  /** Clock since boot, for leases. */
  moment(): Moment;
  /** Wall clock, RFC 3339, only for records: no decision depends on it. */
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
