/**
 * GitHub's answers, reduced to what the services need.
 */
import type { Protection } from "./protection";
import type { GitHubRunner } from "./runner";

/** A fact and when it was learnt, seconds since 1970. */
export interface Known<Value> {
  readonly at: number;
  readonly value: Value;
}

/** A workflow run. */
export interface RunFacts {
  readonly id: number;
  readonly attempt: number;
  readonly status: string;
  /**
   * File names of the workflow that was started and of the workflows it calls: a called workflow has no run of its own.
   */
  readonly workflows: readonly string[];
  /** Seconds since 1970. */
  readonly createdAt: number;
  /** Start of the newest attempt, seconds since 1970. */
  readonly startedAt: number;
  /** As GitHub writes it; changes whenever anything about the run changes. */
  readonly updatedAt: string;
}

export interface JobFacts {
  readonly id: number;
  /** Includes the names of the calling jobs: `Deploy / Gate / Choose`. */
  readonly name: string;
  readonly attempt: number;
  readonly status: string;
  readonly conclusion: string | undefined;
  readonly labels: readonly string[];
  readonly runner: string | undefined;
  /** Seconds since 1970. */
  readonly createdAt: number;
  readonly startedAt: number | undefined;
  readonly completedAt: number | undefined;
  /** Name of the first step that failed; undefined if none did, or GitHub shows no steps. */
  readonly failedStep?: string | undefined;
}

/** All facts; undefined before the first answer. */
export interface FleetFacts {
  readonly runners?: Known<readonly GitHubRunner[]>;
  /** Runs that are not finished, with their jobs. */
  readonly open?: Known<readonly OpenRun[]>;
  readonly repositoryPublic?: Known<boolean>;
  readonly protection?: Known<Protection | undefined>;
  /** Time of the last write per secret name, seconds since 1970. */
  readonly secrets?: Known<Readonly<Record<string, number>>>;
  /** Time from which a runner version gets no more jobs, seconds since 1970; no entry if none is announced. */
  readonly deadlines?: Known<Readonly<Record<string, number>>>;
}

/** A job that is not completed. */
export interface OpenJob extends JobFacts {
  /**
   * When it was first seen queued after a wait for something else: an approval, or the concurrency group's place.
   * Seconds since 1970; absent: it is queued since its creation, or not yet.
   */
  readonly queuedSince?: number | undefined;
}

export interface OpenRun {
  readonly run: RunFacts;
  readonly jobs: readonly OpenJob[];
}
