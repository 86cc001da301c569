/**
 * From facts to samples. A fact that is too old is unknown. Pure.
 */
import type { FleetConfig } from "../config";
import { type Sample, sample, sampleIfKnown } from "@ghrunners/metrics-server/samples";
import type { RateLimit } from "@ghrunners/core/github/request-budget";
import type { FleetFacts, Known } from "@ghrunners/core/github/facts";
import { protectionDrift } from "./protection";
import { deploymentQueueDepth, queueSamples } from "./queue";
import { type RunnerHistory, runnerSamples } from "./runners";
import { type JobStreaks, streakSamples } from "./streaks";

const SECONDS_PER_DAY = 86_400;
/** A fact is valid for this many poll intervals, because polls are further apart while the budget runs low. */
const PATIENCE = 5;
/** Jobs are requested this many times less often than runners. */
export const JOBS_POLLS = 2;

/** How the last poll of an endpoint ended. */
export interface PollState {
  readonly success: boolean;
  /** Last success, seconds since 1970. */
  readonly at: number | undefined;
}

export interface FleetState {
  readonly facts: FleetFacts;
  readonly memory: RunnerHistory;
  readonly streaks: JobStreaks;
  readonly polls: Readonly<Record<string, PollState>>;
  readonly rateLimit: RateLimit | undefined;
}

/** @param now seconds since 1970 */
export function evaluateFleet(state: FleetState, config: FleetConfig, now: number, version: string): Sample[] {
  const { facts, memory, streaks, polls, rateLimit } = state;
  const fresh = <Value>(fact: Known<Value> | undefined, everySeconds: number): Value | undefined =>
    fact !== undefined && now - fact.at <= PATIENCE * everySeconds ? fact.value : undefined;
  const { pollSeconds, settingsSeconds } = config;
  const runners = fresh(facts.runners, pollSeconds);
  const open = fresh(facts.open, JOBS_POLLS * pollSeconds);
  const deadlines = fresh(facts.deadlines, settingsSeconds) ?? {};
  const secrets = fresh(facts.secrets, settingsSeconds);
  const { protection } = facts;
  const isProtectionKnown = protection !== undefined && now - protection.at <= PATIENCE * settingsSeconds;
  return [
    ...(runners === undefined ? [] : runnerSamples(config, runners, open, memory, deadlines, now)),
    ...(open === undefined ? [] : queueSamples(open, runners, config.runners, now)),
    ...(open === undefined || config.deploymentWorkflow === undefined
      ? []
      : [sample("githubDeploymentQueue", deploymentQueueDepth(open, config.deploymentWorkflow, config.runners), {})]),
    ...streakSamples(config, streaks, now),
    ...(isProtectionKnown && config.protection !== undefined
      ? protectionDrift(config.protection, protection.value)
      : []),
    ...config.secrets.flatMap(({ name, rotateDays }) => [
      sample("githubSecretRotation", rotateDays * SECONDS_PER_DAY, { secret: name }),
      ...sampleIfKnown("githubSecretUpdated", secrets?.[name], { secret: name }),
    ]),
    ...sampleIfKnown("githubRepositoryPublic", fresh(facts.repositoryPublic, settingsSeconds), {}),
    ...sampleIfKnown("githubRateLimit", rateLimit?.limit, {}),
    ...sampleIfKnown("githubRateLimitRemaining", rateLimit?.remaining, {}),
    ...sampleIfKnown("githubRateLimitReset", rateLimit?.reset, {}),
    ...Object.entries(polls).flatMap(([endpoint, { success, at }]) => [
      sample("githubPollSuccess", Number(success), { endpoint }),
      ...sampleIfKnown("githubPollTimestamp", at, { endpoint }),
    ]),
    sample("githubExporterBuild", 1, { version }),
  ];
}
