/** What GitHub and the hosts showed. Plain data. */
import type { EnvironmentSeen } from "@ghrunners/core/github/protection";
import type { GitHubRunner } from "@ghrunners/core/github/runner";
import type { FileSum } from "./state-monitoring";

export interface SeenRepository {
  /** Undefined if the repository is private, which has no such setting. */
  readonly forkApproval: string | undefined;
  readonly defaultToken: string;
  readonly mayApprove: boolean;
  readonly allowedActions: string;
  readonly shaPinning: boolean;
  readonly rulesets: readonly { readonly name: string; readonly enforcement: string }[];
}

export interface SeenSecret {
  readonly scope: "environment" | "repository";
  readonly name: string;
  readonly updatedAt: string;
}

export interface SeenVariable {
  readonly scope: "environment" | "repository";
  readonly name: string;
  readonly value: string;
}

/** One line of a file that the host's SSH server reads keys from. */
export interface AuthorizedKey {
  readonly user: string;
  readonly file: string;
  /** Who may write the file: `root`, or the user, where more than root decides what is at its path. */
  readonly changedBy: string;
  /** Kind and base64 text, without options and comment. */
  readonly key: string;
  readonly comment: string;
}

export interface SeenHost {
  readonly name: string;
  readonly keys: readonly AuthorizedKey[];
  /** Its clock, seconds since 1970, and how full the file system of its jobs is, as shares from 0 to 1. */
  readonly vitals: { readonly clock: number; readonly disk: number; readonly inodes: number };
  /** Absent on hosts that are not runners. */
  readonly unit?: {
    readonly enabled: string;
    readonly active: string;
    /** Its last error, while it is not active; empty if it is, or has said none. */
    readonly words: string;
    /** Whether the files are there with which its listener logs in to GitHub when it starts. */
    readonly hasCredentials: boolean;
    /** Number of jobs at work, by their processes. */
    readonly jobs: number;
    readonly user: string;
    readonly dropIns: readonly string[];
    readonly configuration: string;
    /** A program file that root does not own or that others may write to; empty if there is none. */
    readonly writable: string;
    /** A folder of jobs that the user of jobs cannot write to; empty if there is none. */
    readonly unusable: string;
  };
}

export interface DriftObservation {
  readonly public: boolean;
  /** `owner/name` as GitHub spells it; undefined if GitHub did not show the repository. */
  readonly repositoryName?: string;
  /** Undefined if the stack has none; null if GitHub has none. */
  readonly environment?: EnvironmentSeen | null;
  readonly repository?: SeenRepository;
  /** Undefined, like variables and runners: GitHub did not show them. What is unknown is no difference. */
  readonly secrets?: readonly SeenSecret[];
  readonly variables?: readonly SeenVariable[];
  readonly runners?: readonly GitHubRunner[];
  readonly hosts: readonly SeenHost[];
  /** Files with this stack's names on the monitoring host; undefined if the host was not or could not be read. */
  readonly monitoring?: readonly FileSum[];
  /** Parts that could not be read, such as `environment` or `host runner-1`. */
  readonly unknown: readonly string[];
  /** Why, each cause once. */
  readonly errors: readonly string[];
}
