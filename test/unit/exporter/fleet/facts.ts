import type { JobFacts, RunFacts } from "@ghrunners/core/github/facts";

/** The time of every test, in seconds. */
export const NOW = 1_000_000;
/** A run that deploys, as GitHub shows it. */
export const run: RunFacts = {
  id: 1,
  attempt: 1,
  status: "in_progress",
  workflows: ["release.yml", "deploy.yml", "runner-gate.yml"],
  createdAt: NOW - 100,
  startedAt: NOW - 100,
  updatedAt: "",
};
/** Its job, which has succeeded on the primary. */
export const job: JobFacts = {
  id: 1,
  name: "Deploy / Deploy",
  attempt: 1,
  status: "completed",
  conclusion: "success",
  labels: ["self-hosted", "production"],
  runner: "runner-1",
  createdAt: NOW - 100,
  startedAt: NOW - 90,
  completedAt: NOW - 30,
};
/** The runners of the configuration. */
export const expected = [
  { name: "runner-1", role: "primary" as const, labels: ["self-hosted", "production", "primary"] },
  { name: "runner-2", role: "secondary" as const, labels: ["self-hosted", "production", "secondary"] },
];
