import type { JobCompletion, JobMessage } from "../runner-protocol/messages";
import type { JobRecord, StepRecord } from "./records";

/** What the runner protocol needs of the engine, beside what REST needs. */
export interface JobQueue {
  /** The job that this runner was given and has not taken yet. */
  offered(runnerId: number): JobRecord | undefined;
  /** The runner takes the job. Taking it again, after a lost answer, is allowed until a step was reported. */
  acquire(runnerId: number, jobId: number): JobMessage | undefined;
  /** The worker reports; @returns whether the job is to be cancelled */
  report(jobId: number, steps: readonly StepRecord[]): boolean;
  complete(jobId: number, completion: JobCompletion): void;
  /** Whether this is the token that the job was handed out with. */
  accepts(jobId: number, token: string): boolean;
  /** Takes the jobs that can start now, for example because a runner came online. */
  tick(): void;
}
