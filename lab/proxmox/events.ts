import { appendFileSync, existsSync, readFileSync, truncateSync } from "node:fs";
import type { Environment, LabEvent } from "./model";

/** `events.jsonl`: what happened, one JSON object a line, only ever appended to. Never holds a secret. */
export class Events {
  private readonly events: LabEvent[];

  constructor(
    private readonly file: string,
    private readonly environment: Pick<Environment, "now">,
  ) {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    // A kill in the middle of a write leaves half a line.
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
    this.events = whole
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as LabEvent);
  }

  add(kind: string, details: Readonly<Record<string, unknown>>): void {
    const seq = (this.events.at(-1)?.seq ?? 0) + 1;
    const event = { seq, at: new Date(this.environment.now()).toISOString(), kind, ...details };
    appendFileSync(this.file, `${JSON.stringify(event)}\n`, { mode: 0o600 });
    this.events.push(event);
  }

  since(sequence: number): readonly LabEvent[] {
    return this.events.filter((event) => event.seq > sequence);
  }
}
