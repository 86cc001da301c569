import { arch, cpus, platform, release, totalmem } from "node:os";
import type { Machine } from "./report";

/** The machine that the figures belong to. */
export function thisMachine(): Machine {
  const all = cpus();
  return {
    platform: `${platform()} ${arch()}`,
    kernel: release(),
    cpu: all[0]?.model.trim() || "unknown processor",
    cores: Math.max(1, all.length),
    memoryMiB: Math.round(totalmem() / 2 ** 20),
  };
}
