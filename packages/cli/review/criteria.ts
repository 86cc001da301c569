/** The success criteria, computed from the records of one target. Pure. */
import type { Described } from "@ghrunners/core/schema";
import type { criteriaSchema, criterionSchema } from "./schema";
import { thresholds } from "@ghrunners/monitoring/thresholds";
import type { SecretScan } from "@ghrunners/deploy/target/secret-scan";
import type { DeploymentRecord } from "@ghrunners/deploy/records/record";

/** One success criterion, with its value from the records. */
export type Criterion = Described<typeof criterionSchema>;

/** What `ghrunners review --criteria --json` prints for a target. */
export type Criteria = Described<typeof criteriaSchema>;

const DAY_MS = 86_400_000;

/** Only outcomes that count: refused and cancelled deployments changed nothing. As in monitoring/recordings.ts. */
const ran = ({ outcome }: DeploymentRecord): boolean =>
  outcome === "succeeded" || outcome === "rolled_back" || outcome === "rollback_failed";

/**
 * The smallest value that at least this share of the values does not exceed (nearest rank); null if there are no
 * values.
 */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

const judged = (value: number | null, good: (value: number) => boolean): Pick<Criterion, "value" | "met"> => ({
  value,
  met: value === null ? null : good(value),
});

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/**
 * @param until end of the window
 * @param days length of the window; the scan for secrets covers everything that the target still has
 */
export function computeCriteria(
  target: string,
  deployments: readonly DeploymentRecord[],
  secrets: SecretScan,
  until: Date,
  days: number,
): Criteria {
  const since = until.getTime() - days * DAY_MS;
  const inWindow = deployments.filter(({ endedAt }) => {
    const ended = Date.parse(endedAt);
    return ended > since && ended <= until.getTime();
  });
  const counted = inWindow.filter(ran);
  const succeeded = counted.filter(({ outcome }) => outcome === "succeeded").length;
  const diagnosed = inWindow.flatMap(({ diagnosisSeconds }) => diagnosisSeconds ?? []);
  const inTime = diagnosed.filter((seconds) => seconds <= thresholds.diagnosisSeconds).length;
  const { deploymentSuccessRatio, deploymentP95Seconds, diagnosisSeconds } = thresholds;
  return {
    schema: "ghrunners.criteria/1",
    target,
    days,
    since: new Date(since).toISOString(),
    until: until.toISOString(),
    deployments: inWindow.length,
    criteria: [
      {
        id: "SC-001",
        title: "Deployments that succeed",
        objective: `at least ${deploymentSuccessRatio * 100} %`,
        unit: "ratio",
        from: counted.length,
        ...judged(share(succeeded, counted.length), (value) => value >= deploymentSuccessRatio),
      },
      {
        id: "SC-002",
        title: "Duration, 95th percentile",
        objective: `at most ${deploymentP95Seconds} s`,
        unit: "seconds",
        from: counted.length,
        ...judged(
          quantile(
            counted.map(({ durationSeconds }) => durationSeconds),
            0.95,
          ),
          (value) => value <= deploymentP95Seconds,
        ),
      },
      {
        id: "SC-003",
        title: `Failures diagnosed within ${diagnosisSeconds} s of their start`,
        objective: "all of them",
        unit: "ratio",
        from: diagnosed.length,
        ...judged(share(inTime, diagnosed.length), (value) => value === 1),
      },
      {
        id: "SC-004",
        title: "Secrets in records and forensics",
        objective: "none",
        unit: "count",
        from: secrets.files,
        ...judged(secrets.files === 0 ? null : secrets.findings.length, (value) => value === 0),
      },
    ],
    secrets: secrets.findings,
  };
}
