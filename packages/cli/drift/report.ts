/** Format version of the drift report; raised when a field changes its meaning. */
export const driftVersion = 1;

/** critical: somebody may deploy or read what he should not. warning: not as configured. */
export type Severity = "critical" | "warning";

/** One difference between what the stack made and what is there now. */
export interface Finding {
  /** Stable name of the kind of drift, such as `environment-reviewers`. */
  readonly id: string;
  /** Where it was seen. */
  readonly plane: "github" | "host";
  /** What it is about, such as `environment production` or `secret DEPLOY_KEY`. */
  readonly subject: string;
  readonly expected: string;
  readonly seen: string;
  readonly severity: Severity;
  /** The command that repairs it. */
  readonly repair: string;
}

/** What `ghrunners drift --json` prints. */
export interface DriftReport {
  readonly version: typeof driftVersion;
  /** When the planes were read, RFC 3339. */
  readonly at: string;
  readonly stack: string;
  readonly environment: string;
  readonly repository: string;
  readonly findings: readonly Finding[];
  /** What could not be read. Nothing is called clean for lack of data. */
  readonly errors: readonly string[];
  /** No finding and no error. */
  readonly clean: boolean;
}
