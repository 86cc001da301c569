import { setTimeout as delay } from "node:timers/promises";
import type { JobCompletion, JobReportReply } from "../../github/runner-protocol/messages";
import type { StepRecord } from "../../github/workflows/records";
import { call, ServerError } from "../listener/server";
import type { Masks } from "./masks";

/** Where a job's progress goes. */
export interface Reporter {
  /** @returns whether the job is to be cancelled */
  report(steps: readonly StepRecord[]): Promise<boolean>;
  /** One line of the log. */
  log(line: string): void;
}

/** How long the worker tries to bring its result home; GitHub's tries for some minutes. */
const completionTries = 60;

/** The server has ended the job in the meantime: its token is worthless. */
const isOver = (error: unknown): boolean => error instanceof ServerError && error.status === 401;

/** Reports to the server over the lab's protocol; what cannot be sent now is sent with the next report. */
export class ServerReporter implements Reporter {
  private unsent = "";
  private sentBytes = 0;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly jobUrl: string,
    private readonly token: string,
    private readonly masks: Masks,
    private readonly now: () => Date = () => new Date(),
  ) {}

  log(line: string): void {
    this.unsent += `${this.now().toISOString()} ${this.masks.apply(line)}\n`;
  }

  async report(steps: readonly StepRecord[]): Promise<boolean> {
    try {
      await this.flush();
      return (await this.send<JobReportReply>("PUT", "", { steps })).cancelRequested;
    } catch (error) {
      if (isOver(error)) return true;
      throw error;
    }
  }

  async complete(completion: JobCompletion): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.flush();
        await this.send("POST", "/complete", completion);
        return;
      } catch (error) {
        if (isOver(error)) return;
        if (attempt >= completionTries) throw error;
        await delay(Math.min(2_000, 100 * 2 ** attempt));
      }
    }
  }

  /** One part at a time, so that the offsets fit. */
  private flush(): Promise<void> {
    const next = this.flushing
      .catch(() => undefined)
      .then(async () => {
        const text = this.unsent;
        if (text === "") return;
        await this.send("POST", "/log", { offset: this.sentBytes, text });
        this.sentBytes += Buffer.byteLength(text);
        this.unsent = this.unsent.slice(text.length);
      });
    this.flushing = next;
    return next;
  }

  private send<Answer>(method: "PUT" | "POST", path: string, body: unknown): Promise<Answer> {
    return call<Answer>({
      method,
      url: `${this.jobUrl}${path}`,
      authorization: `Bearer ${this.token}`,
      body,
      timeoutMilliseconds: 10_000,
    });
  }
}
