/**
 * Which runners deployments fail on, although the same deployments may succeed elsewhere. Pure.
 */
import * as z from "zod";
import { REFUSING_STEPS } from "@ghrunners/core/vocabulary/delivery";
import { DELIVERY_ROLE } from "@ghrunners/core/vocabulary/runner";
import type { JobFacts, RunFacts } from "@ghrunners/core/github/facts";
import { type Sample, sample } from "@ghrunners/metrics-server/samples";
import { thresholds } from "@ghrunners/monitoring/thresholds";
import type { FleetConfig } from "../config";
import { isDeployment } from "./jobs";

type StreakConfig = Pick<FleetConfig, "runners" | "deploymentWorkflow" | "smokeWorkflow">;

const jobStreak = z.object({
  /** End of the last success, seconds since 1970; 0: none was seen. */
  succeededAt: z.number(),
  /** Ends of the failures after it, seconds since 1970, the oldest first. */
  failedAt: z.array(z.number()),
});
type JobStreak = z.output<typeof jobStreak>;

export const streaksSchema = z.record(z.string(), jobStreak);
/** How the last jobs of each runner ended, by its name. */
export type JobStreaks = z.output<typeof streaksSchema>;

const untried: JobStreak = { succeededAt: 0, failedAt: [] };

/** Failures of one runner that are kept. */
const KEPT = 100;

/**
 * The end of a job, in whatever order the ends are learnt: GitHub lists the newest runs first.
 *
 * A runner that is not chosen gets no deployment that could clear it, so the smoke job's success clears it as well.
 * Its failure does not count: nobody deployed.
 */
export function withJob(streaks: JobStreaks, config: StreakConfig, run: RunFacts, job: JobFacts): JobStreaks {
  const { runner, conclusion, completedAt, failedStep } = job;
  if (runner === undefined || completedAt === undefined) return streaks;
  if (!config.runners.some(({ name }) => name === runner)) return streaks;
  const deploys = isDeployment(config, run, job);
  const proves = deploys || (config.smokeWorkflow !== undefined && run.workflows.includes(config.smokeWorkflow));
  const failed =
    deploys && (conclusion === "failure" || conclusion === "timed_out") && !REFUSING_STEPS.includes(failedStep ?? "");
  const before = streaks[runner] ?? untried;
  const succeededAt = Math.max(before.succeededAt, proves && conclusion === "success" ? completedAt : 0);
  const failedAt = [...before.failedAt, ...(failed ? [completedAt] : [])]
    .filter((at) => at > succeededAt)
    .sort((one, other) => one - other)
    .slice(-KEPT);
  return { ...streaks, [runner]: { succeededAt, failedAt } };
}

/**
 * Whether the runner may be the reason why deployments fail. A broken release fails on every runner: the first failure
 * on another one, without a success there, says that it is not the runner.
 * @param others of the other runners
 */
function isSuspect({ failedAt }: JobStreak, others: readonly JobStreak[], now: number): boolean {
  const [first] = failedAt;
  const last = failedAt.at(-1);
  if (first === undefined || last === undefined || failedAt.length < thresholds.failedJobsInRow) return false;
  // Nobody may look, and deployments must not avoid a repaired runner for ever.
  if (now - last >= thresholds.suspectSeconds) return false;
  return others.some((other) => other.succeededAt > first || other.failedAt.every((at) => at < first));
}

/** @param now seconds since 1970 */
export function streakSamples(
  { runners, deploymentWorkflow }: StreakConfig,
  streaks: JobStreaks,
  now: number,
): Sample[] {
  if (deploymentWorkflow === undefined) return [];
  const streakOf = (name: string): JobStreak => streaks[name] ?? untried;
  const deployers = runners.filter(({ role }) => role !== DELIVERY_ROLE);
  return deployers.flatMap(({ name, role }) => {
    const others = deployers.filter((other) => other.name !== name).map((other) => streakOf(other.name));
    const streak = streakOf(name);
    return [
      sample("githubDeploymentJobsFailedInRow", streak.failedAt.length, { runner: name, role }),
      sample("githubRunnerSuspect", Number(isSuspect(streak, others, now)), { runner: name, role }),
    ];
  });
}
