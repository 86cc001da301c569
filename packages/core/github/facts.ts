/**
 * What GitHub said, reduced to what is needed.
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
  /** Names of the files of the workflow that was started and of those that it calls: a called one has no run of its own. */
  readonly workflows: readonly string[];
  /** Seconds since 1970. */
  readonly createdAt: number;
  /** Start of the newest attempt, seconds since 1970. */
  readonly startedAt: number;
  /** As GitHub writes it; differs when anything of the run changed. */
  readonly updatedAt: string;
}

export interface JobFacts {
  readonly id: number;
  /** With the names of the calls around it: `Deploy / Gate / Choose`. */
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
}

/** All facts; undefined before the first answer. */
export interface FleetFacts {
  readonly runners?: Known<readonly GitHubRunner[]>;
  /** Runs that are not over yet and their jobs. */
  readonly open?: Known<readonly OpenRun[]>;
  readonly repositoryPublic?: Known<boolean>;
  readonly protection?: Known<Protection | undefined>;
  /** Time of the last write by name, seconds since 1970. */
  readonly secrets?: Known<Readonly<Record<string, number>>>;
  /** From when on a version gets no job any more, seconds since 1970; no entry where none is announced. */
  readonly deadlines?: Known<Readonly<Record<string, number>>>;
}

export interface OpenRun {
  readonly run: RunFacts;
  /** Jobs that are not completed. */
  readonly jobs: readonly JobFacts[];
}
