import type { StepRecord } from "../../github/workflows/records";

type StepConclusion = NonNullable<StepRecord["conclusion"]>;

/** The steps of a job as GitHub lists them; numbers begin with 1. */
export class Timeline {
  private readonly records: StepRecord[] = [];

  constructor(private readonly now: () => Date = () => new Date()) {}

  get steps(): readonly StepRecord[] {
    return this.records.map((record) => ({ ...record }));
  }

  /** Adds a step that has not begun. @returns its number */
  add(name: string): number {
    const number = this.records.length + 1;
    this.records.push({ number, name, status: "queued", conclusion: null, startedAt: null, completedAt: null });
    return number;
  }

  begin(number: number, name?: string): void {
    this.change(number, { status: "in_progress", startedAt: this.stamp(), ...(name === undefined ? {} : { name }) });
  }

  end(number: number, conclusion: StepConclusion): void {
    this.change(number, { status: "completed", conclusion, completedAt: this.stamp() });
  }

  private change(number: number, change: Partial<StepRecord>): void {
    const index = number - 1;
    this.records[index] = { ...(this.records[index] as StepRecord), ...change };
  }

  private stamp(): string {
    return this.now()
      .toISOString()
      .replace(/\.\d{3}Z$/, "Z");
  }
}
