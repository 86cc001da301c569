import type { Runner } from "./model";
import type { Store } from "./store";

/** Whether the runner has a job: GitHub's `busy`. */
export function isBusy(store: Store, runner: Pick<Runner, "id" | "name">): boolean {
  return (
    store.state.actions.jobs.some((job) => job.runnerId === runner.id && job.status === "in_progress") ||
    hasFault(store, "runner-ghost-busy", runner.name)
  );
}

const hasFault = (store: Store, fault: string, runner: string): boolean =>
  store.state.faults.some(({ name, parameters }) => name === fault && parameters.name === runner);

/**
 * Which runners are online. Signs of life are held in memory only: after a restart of the emulator every runner is
 * offline until it is heard again. Changes of the public view are events `runner.online` and `runner.offline`.
 */
export class Presence {
  private readonly lastHeard = new Map<number, number>();

  /** @param silenceMs a runner that was not heard for this long is offline */
  constructor(
    private readonly store: Store,
    private readonly silenceMs: number,
  ) {}

  /** The runner gave a sign of life. */
  heard(runnerId: number): void {
    this.lastHeard.set(runnerId, this.store.clock.now());
    this.announce();
  }

  /** The runner closed its session or was deleted. */
  gone(runnerId: number): void {
    this.lastHeard.delete(runnerId);
    this.announce();
  }

  /** Whether the runner can be given a job: heard lately, whatever the REST view shows. */
  isConnected(runnerId: number): boolean {
    const heard = this.lastHeard.get(runnerId);
    return heard !== undefined && this.store.clock.now() - heard < this.silenceMs;
  }

  /** GitHub's `status` of the runner. The fault `runner-api-offline` makes it lie. */
  statusOf(runner: Pick<Runner, "id" | "name">): "online" | "offline" {
    if (hasFault(this.store, "runner-api-offline", runner.name)) return "offline";
    return this.isConnected(runner.id) ? "online" : "offline";
  }

  /** Reports every runner whose status changed since the last call; to be called about once a second. */
  announce(): void {
    const changed = this.store.state.runners.filter((runner) => this.statusOf(runner) !== runner.announced);
    if (changed.length === 0) return;
    const ids = new Set(changed.map(({ id }) => id));
    this.store.change((state, emit) => {
      for (const runner of state.runners.filter(({ id }) => ids.has(id))) {
        runner.announced = this.statusOf(runner);
        emit(`runner.${runner.announced}`, { runnerId: runner.id, name: runner.name });
      }
    });
  }
}
