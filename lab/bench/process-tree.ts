/**
 * What a process and all its descendants use, sampled from /proc (proc(5)). Linux only.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { quietly, treeOf } from "../process-tree";

/** Bytes of a page and ticks per second, both fixed on Linux for x86-64 and arm64 with 4 KiB pages. */
const PAGE_MIB = 4096 / 2 ** 20;
const TICKS_PER_SECOND = 100;

/** One process as /proc/PID/stat shows it. */
export interface ProcessStat {
  /** User and system time, s. */
  readonly cpuSeconds: number;
  /** Resident set, MiB. */
  readonly residentMiB: number;
}

/** The command's name is in parentheses and may contain anything; fields are counted after the last parenthesis. */
export function parseStat(text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    residentMiB: Number(fields[21]) * PAGE_MIB,
  };
}

/** Options of node and python that take the next argument as their value. */
const takesValue = new Set(["--require", "-r", "--import", "--loader", "-m"]);

/** A name that distinguishes processes: the program, and for an interpreter the script as well. */
export function programOf(argv: readonly string[]): string {
  const name = path.basename(argv[0] ?? "").replace(/:$/, "");
  if (!/^(node|python[0-9.]*)$/.test(name)) return name;
  for (let index = 1; index < argv.length; index += 1) {
    const argument = argv[index] as string;
    if (argument === "-e" || argument === "-c") return name;
    if (takesValue.has(argument)) index += 1;
    else if (!argument.startsWith("-")) return `${name} ${path.basename(argument)}`;
  }
  return name;
}

/** Measures a process tree while it runs. */
export class TreeMeter {
  private peak = 0;
  private readonly processes = new Map<number, ProcessStat & { readonly program: string }>();

  constructor(private readonly root: number) {}

  /** Looks once; to be called a few times a second. */
  look(): void {
    let resident = 0;
    for (const pid of treeOf(this.root)) {
      const stat = quietly(() => parseStat(readFileSync(`/proc/${pid}/stat`, "utf8")), undefined);
      const argv = quietly(() => readFileSync(`/proc/${pid}/cmdline`, "utf8"), "").split("\0");
      // A process that has ended but was not waited for has no command line; the one that was read before is kept.
      if (stat === undefined || argv[0] === "") continue;
      resident += stat.residentMiB;
      this.processes.set(pid, { ...stat, program: programOf(argv) });
    }
    this.peak = Math.max(this.peak, resident);
  }

  /** MiB. */
  get peakMemoryMiB(): number {
    return this.peak;
  }

  /** By program name. */
  get cpuSeconds(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const { program, cpuSeconds } of this.processes.values()) sums[program] = (sums[program] ?? 0) + cpuSeconds;
    return sums;
  }
}
