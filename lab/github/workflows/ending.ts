import { timestamp } from "../clock";
import type { Emit } from "../store";
import type { Conclusion, JobRecord, RunRecord } from "./records";

interface EndingContext {
  readonly now: number;
  readonly emit: Emit;
}

/** Ends a job; steps that did not end take its conclusion. */
export function endJob(job: JobRecord, conclusion: Conclusion, { now, emit }: EndingContext): void {
  if (job.status === "completed") return;
  job.status = "completed";
  job.conclusion = conclusion;
  job.completedAt = timestamp(now);
  job.startedAt ??= job.completedAt;
  for (const step of job.steps.filter((candidate) => candidate.status !== "completed")) {
    step.conclusion = step.status === "in_progress" ? conclusion : "skipped";
    step.status = "completed";
    step.completedAt = step.startedAt === null ? null : job.completedAt;
  }
  // The tokens of a job end with it.
  delete job.tokenSha256;
  delete job.apiTokenSha256;
  emit("job.completed", { runId: job.runId, jobId: job.id, name: job.name, conclusion, runner: job.runnerName });
}

/** Cancels a job that waits; asks the runner of one that runs. */
export function requestJobCancel(job: JobRecord, context: EndingContext, reason: string): void {
  if (job.status === "completed") return;
  if (!job.annotations.includes(reason)) job.annotations.push(reason);
  if (job.status === "in_progress" && job.acquiredAt !== undefined) job.cancelRequestedAt ??= timestamp(context.now);
  else endJob(job, "cancelled", context);
}

export function endRun(run: RunRecord, conclusion: Conclusion, { now, emit }: EndingContext): void {
  run.status = "completed";
  run.conclusion = conclusion;
  run.updatedAt = timestamp(now);
  emit("run.completed", { runId: run.id, name: run.name, conclusion });
}
