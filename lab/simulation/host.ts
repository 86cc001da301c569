/** A machine: its disk, its clocks, its locks, its processes and its services. */
import { Disk } from "./disk";
import type { EventLoop, TaskOwner } from "./event-loop";

/** What systemd knows about a unit. */
export interface Unit {
  active: boolean;
  enabled: boolean;
  /** What it runs, as it was when it started. */
  runs: string | null;
}

/** A command of a deployment's step, in a scope of its own. */
export interface SimulatedScope {
  readonly name: string;
  /** Ends every process in it. */
  readonly end: () => void;
}

/** A process, as its host and the faults of a run see it. */
export interface HostProcess extends TaskOwner {
  readonly pid: number;
  /** Calls of the file system so far. */
  readonly calls: number;
  /** The call of the file system in which something happens to it, and what. */
  fatalCall: number;
  onFatalCall: () => void;
  kill(): void;
  signal(name: string): void;
  stop(): void;
  goOn(): void;
}

interface Lock {
  holder: HostProcess | undefined;
  readonly waiting: { readonly process: HostProcess; readonly take: () => void }[];
}

export const EPOCH = Date.parse("2026-01-01T00:00:00Z");

export class SimulatedHost {
  readonly processes = new Set<HostProcess>();
  readonly units = new Map<string, Unit>();
  readonly scopes = new Map<string, SimulatedScope>();
  isUp = true;
  boot = 1;
  /** Since its disk is as the last boot found it. */
  bootedAt = 0;
  /** How far its wall clock is ahead of the truth, ms. */
  skew = 0;
  /** Share of the scopes that systemd cannot start. */
  withoutScopes = 0;
  private pids = 100;
  private readonly locks = new Map<string, Lock>();

  constructor(
    readonly loop: EventLoop,
    readonly name: string,
    readonly disk: Disk = new Disk(() => this.wall()),
  ) {}

  nextPid(): number {
    this.pids += 1;
    return this.pids;
  }

  /** Wall clock, ms since 1970. */
  wall(): number {
    return Math.floor(EPOCH + this.loop.now + this.skew);
  }

  /** Since boot, suspend included, ms. */
  uptime(): number {
    return this.loop.now - this.bootedAt + 5_000;
  }

  /** @returns false when it is not free within the time; the process may have ended by then */
  lock(name: string, process: HostProcess, waitMs: number, told: (has: boolean) => void): void {
    const lock = this.locks.get(name) ?? { holder: undefined, waiting: [] };
    this.locks.set(name, lock);
    if (lock.holder === undefined) {
      lock.holder = process;
      return told(true);
    }
    if (waitMs === 0) return told(false);
    const waiter = {
      process,
      take: () => {
        task.cancelled = true;
        told(true);
      },
    };
    const task = this.loop.after(
      waitMs,
      () => {
        lock.waiting.splice(lock.waiting.indexOf(waiter), 1);
        told(false);
      },
      process,
    );
    lock.waiting.push(waiter);
  }

  holderOf(name: string): HostProcess | undefined {
    return this.locks.get(name)?.holder;
  }

  freeLocksOf(process: HostProcess): void {
    for (const lock of this.locks.values()) {
      if (lock.holder !== process) continue;
      lock.holder = undefined;
      for (let next = lock.waiting.shift(); next !== undefined; next = lock.waiting.shift()) {
        if (next.process.state === "dead") continue;
        lock.holder = next.process;
        this.loop.after(0, next.take, next.process);
        break;
      }
    }
  }

  /** Everything in memory is lost. */
  powerOff(): void {
    if (!this.isUp) return;
    const lost = this.disk.losePower(this.loop.random(`power ${this.name}`));
    this.loop.note(`${this.name} loses power (${lost.names} names, ${lost.contents} contents were not flushed)`);
    this.isUp = false;
    for (const process of [...this.processes]) process.kill();
    this.locks.clear();
    this.scopes.clear();
    for (const unit of this.units.values()) [unit.active, unit.runs] = [false, null];
  }

  /** @param start what the boot does with an enabled unit */
  powerOn(start: (name: string, unit: Unit) => void): void {
    if (this.isUp) return;
    this.loop.note(`${this.name} boots`);
    this.isUp = true;
    this.boot += 1;
    this.bootedAt = this.loop.now;
    for (const [name, unit] of this.units) if (unit.enabled) start(name, unit);
  }
}
