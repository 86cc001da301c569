import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeWhole } from "@ghrunners/core/whole-file";
import { type ServerClock, systemClock, timestamp } from "./clock";
import { EventLog, type LabEvent } from "../kit/event-log";
import { initialState } from "./initial-state";
import type { GitHubState } from "./model";

/** Reports that something happened; the details must hold no secret. */
export type Emit = (kind: string, details?: Record<string, unknown>) => void;

/**
 * The emulator's memory, shared by REST, the runner protocol and the administration. Every change is on disk before
 * `change` returns, so a kill -9 at any moment loses nothing that was answered.
 *
 * Objects of the state must not be kept across an `await` or a failed change: find them again by id.
 */
export class GitHubStore {
  private current: GitHubState;
  /** The state as on disk, restored if a change throws. */
  private saved: string;
  private readonly file: string;
  private readonly log: EventLog;
  private readonly listeners = new Set<(events: readonly LabEvent[]) => void>();
  private pending: LabEvent[] | undefined;

  /** @param folder state folder of the service, made if missing */
  constructor(
    readonly folder: string,
    readonly clock: ServerClock = systemClock,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.file = path.join(folder, "state.json");
    this.log = new EventLog(path.join(folder, "events.jsonl"));
    if (existsSync(this.file)) {
      this.saved = readFileSync(this.file, "utf8");
      this.current = this.parse();
      this.log.complete(this.current.newestEvents);
    } else {
      this.current = initialState(this.now());
      this.saved = "";
      this.write();
    }
  }

  get state(): Readonly<GitHubState> {
    return this.current;
  }

  /** The time now, as GitHub writes it. */
  now(): string {
    return timestamp(this.clock.now());
  }

  /**
   * Runs `work` on the state and saves it. When `work` throws, nothing of it stays. A change inside a change is part of
   * the outer one. Listeners run after the write.
   */
  change<Result>(work: (state: GitHubState, emit: Emit) => Result): Result {
    if (this.pending !== undefined) return work(this.current, this.emit);
    this.pending = [];
    let result: Result;
    let events: LabEvent[];
    try {
      result = work(this.current, this.emit);
      if (result instanceof Promise) throw new Error("A change of the store must be synchronous.");
      events = this.pending;
      if (events.length > 0) this.current.newestEvents = events;
      this.write();
    } catch (error) {
      this.current = this.parse();
      throw error;
    } finally {
      this.pending = undefined;
    }
    this.log.append(events);
    for (const listener of [...this.listeners]) listener(events);
    return result;
  }

  /** A number that nothing else has. Only inside a change. */
  nextId(): number {
    if (this.pending === undefined) throw new Error("An id can be taken only inside a change of the store.");
    this.current.lastId += 1;
    return this.current.lastId;
  }

  /** Calls `listener` after every change, with its events. @returns ends the subscription */
  onChange(listener: (events: readonly LabEvent[]) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Events with a number above `since`, oldest first. */
  eventsSince(since: number): LabEvent[] {
    return this.log.since(since);
  }

  private readonly emit: Emit = (kind, details = {}) => {
    this.current.eventSequence += 1;
    const at = new Date(this.clock.now()).toISOString();
    this.pending?.push({ seq: this.current.eventSequence, at, kind, ...details });
  };

  /** A state of an older checkout lacks what came later. */
  private parse(): GitHubState {
    return { ...initialState(this.now()), ...(JSON.parse(this.saved) as GitHubState) };
  }

  private write(): void {
    const text = JSON.stringify(this.current);
    if (text === this.saved) return;
    writeWhole(this.file, text, { flush: false });
    this.saved = text;
  }
}
