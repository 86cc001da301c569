/**
 * The proof of a runner by two views and one job. Pure.
 */
import { compareVersions } from "@ghrunners/core/vocabulary/version";
import type { GitHubRunner } from "@ghrunners/core/github/runner";
import { sameLabels } from "@ghrunners/core/github/runner";
import type { HostAddress } from "@ghrunners/core/ssh/address";

/** A runner to be proved. */
export interface GateSubject {
  readonly runnerName: string;
  readonly runnerId: number;
  readonly labels: readonly string[];
  /** Oldest version that passes. */
  readonly version: string;
  readonly unit: string;
  readonly host: HostAddress;
  /** Fingerprint of what was changed; if it differs, a new proof is needed. */
  readonly revision: string;
}

/** Inputs of the dynamic resource HealthGate. */
export interface GateInputs {
  readonly githubUrl: string;
  readonly repository: string;
  readonly runnerGroup?: string;
  /** The secondaries. */
  readonly subjects: readonly GateSubject[];
  /** Fingerprint of the primary's next state; if it differs, a new proof is needed. */
  readonly next: string;
  readonly smoke: {
    readonly workflow: string;
    /** Branch of the workflow; the default branch if undefined. */
    readonly ref?: string;
    /** Time limit of the job, seconds. */
    readonly timeoutSeconds: number;
  };
  /** How long the views may take to agree, seconds. */
  readonly onlineSeconds: number;
}

/** The evidence with which the health gate was passed. */
export interface GateEvidence {
  /** When, RFC 3339. */
  readonly provedAt: string;
  /** The runners that were proved. */
  readonly runners: readonly {
    readonly name: string;
    readonly id: number;
    readonly version: string;
    readonly unit: string;
  }[];
  /** Jobs that ran, one for each runner. */
  readonly jobs: readonly {
    readonly runner: string;
    readonly runId: number;
    readonly url: string;
    readonly conclusion: string;
  }[];
}

export interface GateState extends GateInputs {
  readonly evidence: GateEvidence;
}

/** All problems of a runner; empty if both views agree that it is healthy. */
export function judgeSubject(
  { runnerName, labels, version, unit }: GateSubject,
  atGitHub: GitHubRunner | undefined,
  service: string | undefined,
): string[] {
  const problems: string[] = [];
  if (atGitHub === undefined) problems.push("GitHub does not know it");
  else {
    if (!atGitHub.online) problems.push("GitHub shows it offline");
    if (!sameLabels(atGitHub.labels, labels)) {
      problems.push(`GitHub shows the labels [${atGitHub.labels.join(", ")}], expected [${labels.join(", ")}]`);
    }
    if (atGitHub.version !== undefined && compareVersions(atGitHub.version, version) < 0) {
      problems.push(`it runs version ${atGitHub.version}, expected ${version} or newer`);
    }
  }
  if (service !== "active") problems.push(`the unit ${unit} is ${service ?? "out of reach"}, expected active`);
  return problems.map((problem) => `${runnerName}: ${problem}`);
}

const proved = ({ runnerName, runnerId, labels, version, unit, revision }: GateSubject): unknown[] => [
  runnerName,
  runnerId,
  labels,
  version,
  unit,
  revision,
];

/** A new proof is needed if the proved runners or the primary's next state differ. Changed limits do not count. */
export function diffGate(olds: GateInputs, news: GateInputs): { changes: boolean; replaces: string[] } {
  const key = ({ githubUrl, repository, subjects, next, smoke }: GateInputs): string =>
    // In a preview the subjects may not be known yet and are then a placeholder text.
    JSON.stringify([
      githubUrl,
      repository,
      next,
      smoke.workflow,
      smoke.ref,
      typeof subjects === "string" ? subjects : subjects.map(proved),
    ]);
  return { changes: key(olds) !== key(news), replaces: [] };
}
