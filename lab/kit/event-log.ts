import { appendFileSync, existsSync, readFileSync, truncateSync } from "node:fs";

/** An event of one of the lab's services. Never holds a secret. */
export interface LabEvent {
  /** Its number: 1, 2, 3 and so on. */
  readonly seq: number;
  /** RFC 3339 with milliseconds. */
  readonly at: string;
  /** Noun and verb, as `runner.online`. */
  readonly kind: string;
  readonly [detail: string]: unknown;
}

/** `events.jsonl`: one event a line, in the order of their numbers. Only ever appended to. */
export class EventLog {
  private readonly events: LabEvent[];

  constructor(private readonly file: string) {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    // A kill in the middle of a write leaves half a line.
    if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
    this.events = whole
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as LabEvent);
  }

  /** Number of the newest event; 0 before the first one. */
  get newest(): number {
    return this.events.at(-1)?.seq ?? 0;
  }

  append(events: readonly LabEvent[]): void {
    if (events.length === 0) return;
    appendFileSync(this.file, events.map((event) => `${JSON.stringify(event)}\n`).join(""), { mode: 0o600 });
    this.events.push(...events);
  }

  /** Appends those of `events` that are not in the log yet. */
  complete(events: readonly LabEvent[]): void {
    const { newest } = this;
    this.append(events.filter((event) => event.seq > newest));
  }

  since(sequence: number): LabEvent[] {
    return this.events.filter((event) => event.seq > sequence);
  }
}
