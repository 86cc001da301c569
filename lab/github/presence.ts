import type { GitHubFaults } from "./faults";
import type { StoredRunner } from "./model";
import type { GitHubStore } from "./store";

/**
 * Which runners are online. When a runner last called is kept in memory only: after a restart of the emulator, a runner
 * that was online has the usual time to call again, so that a short outage is no event. Changes of the public view are
 * events `runner.online` and `runner.offline`.
 */
export class Presence {
  private readonly lastHeard: Map<number, number>;

  /** @param silenceMs a runner that has not called for this long is offline */
  constructor(
    private readonly store: GitHubStore,
    private readonly faults: GitHubFaults,
    private readonly silenceMs: number,
  ) {
    const now = store.clock.now();
    const online = store.state.runners.filter(({ announced }) => announced === "online");
    this.lastHeard = new Map(online.map(({ id }) => [id, now]));
  }

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

  /** Whether the runner can be given a job: it has called recently, whatever the REST API shows. */
  isConnected(runnerId: number): boolean {
    const heard = this.lastHeard.get(runnerId);
    return heard !== undefined && this.store.clock.now() - heard < this.silenceMs;
  }

  /** GitHub's `status` of the runner. The fault `runner-api-offline` makes it lie. */
  statusOf(runner: Pick<StoredRunner, "id" | "name">): "online" | "offline" {
    if (this.faults.hits("runner-api-offline", runner.name)) return "offline";
    return this.isConnected(runner.id) ? "online" : "offline";
  }

  /** GitHub's `busy`: the runner has a job, or the fault `runner-ghost-busy` is active. */
  isBusy(runner: Pick<StoredRunner, "id" | "name">): boolean {
    return this.hasJob(runner.id) || this.faults.hits("runner-ghost-busy", runner.name);
  }

  hasJob(runnerId: number): boolean {
    return this.store.state.actions.jobs.some((job) => job.runnerId === runnerId && job.status === "in_progress");
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
