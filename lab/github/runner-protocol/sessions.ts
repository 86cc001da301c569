import type { GitHubFaults } from "../faults";
import type { StoredRunner } from "../model";

/** A listener that is connected. Held in memory: after a restart of the emulator listeners open a new one. */
export interface Session {
  readonly id: string;
  readonly runnerId: number;
  readonly owner: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  lastHeard: number;
}

/** Open sessions, at most one for each runner. */
export class Sessions {
  private readonly byRunner = new Map<number, Session>();

  constructor(private readonly faults: GitHubFaults) {}

  open(session: Session): void {
    this.byRunner.set(session.runnerId, session);
  }

  close(session: Session): void {
    if (this.byRunner.get(session.runnerId)?.id === session.id) this.byRunner.delete(session.runnerId);
  }

  find(runnerId: number, sessionId: string | null): Session | undefined {
    const session = this.byRunner.get(runnerId);
    return session?.id === sessionId ? session : undefined;
  }

  /** A session of another listener, which is held this long after it last called. */
  rival(runnerId: number, owner: string, now: number, heldMs: number): Session | undefined {
    const session = this.byRunner.get(runnerId);
    return session !== undefined && session.owner !== owner && now - session.lastHeard < heldMs ? session : undefined;
  }

  /**
   * The fault runner-hang holds for the session during which it was set: a restart of the service heals it, as it heals
   * a listener that hangs.
   */
  isHung(session: Session, runner: Pick<StoredRunner, "name">): boolean {
    const fault = this.faults.active("runner-hang", ({ name }) => name === runner.name);
    // The fault's time has whole seconds: a session of the same second is older than the fault.
    return fault !== undefined && Math.floor(session.createdAt / 1000) * 1000 <= Date.parse(fault.since);
  }
}
