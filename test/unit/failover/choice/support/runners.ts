import { runnerLabels, type Role } from "@ghrunners/core/vocabulary/runner";
import type { ChoicePolicy } from "@ghrunners/failover/choice/choose";
import type { RunnerSeen } from "@ghrunners/failover/choice/judge";

export const policy: ChoicePolicy = {
  environment: "production",
  labels: { primary: runnerLabels("production", "primary"), secondary: runnerLabels("production", "secondary") },
  minimumVersion: "2.329.0",
  versionEndSeconds: 3 * 86_400,
  maximumHostAgeSeconds: 15,
  maximumGithubAgeSeconds: 75,
  maximumDiskPercent: 85,
  exhaustedInodesPercent: 99,
  maximumQueuedSeconds: 300,
  validSeconds: 120,
  recoverySeconds: 60,
  settleSeconds: 10,
};

export type HostFixture = NonNullable<RunnerSeen["host"]>;
export type GitHubFixture = NonNullable<RunnerSeen["github"]>;

/** A healthy runner, named by its role, with the given changes. */
export function runner(
  role: Role,
  host: Partial<HostFixture> | null = {},
  github: Partial<GitHubFixture> | null = {},
): RunnerSeen {
  return {
    name: role,
    role,
    maintenance: null,
    host: host && {
      ageSeconds: 5,
      serviceActive: true,
      listenerConnected: true,
      unusableFolders: [],
      sshActive: true,
      sudoUsable: true,
      diskUsedPercent: 40,
      inodesUsedPercent: 10,
      version: "2.336.0",
      ...host,
    },
    github: github && {
      ageSeconds: 5,
      status: "online",
      busy: false,
      labels: policy.labels[role],
      oldestQueuedSeconds: 0,
      suspectAfterFailures: null,
      versionEndsInSeconds: null,
      ...github,
    },
  };
}
