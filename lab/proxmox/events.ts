import { EventLog, type LabEvent } from "../kit/event-log";
import type { ClockAndRandom } from "./model";

/** What happened, with the emulator's time. */
export class Events {
  private readonly log: EventLog;

  constructor(
    file: string,
    private readonly environment: Pick<ClockAndRandom, "now">,
  ) {
    this.log = new EventLog(file);
  }

  add(kind: string, details: Readonly<Record<string, unknown>>): void {
    const at = new Date(this.environment.now()).toISOString();
    this.log.append([{ seq: this.log.newest + 1, at, kind, ...details }]);
  }

  since(sequence: number): readonly LabEvent[] {
    return this.log.since(sequence);
  }
}
