import { type Guard, isProduction } from "../guard";
import type { WorkflowFacts } from "../workflows";

/** Labels that any job may request: GitHub's own images, and generic words. */
const everybodys = /^(ubuntu|windows|macos)-|^(default|any|shared|build|ci|test|dev|development|staging)$/i;

/** Labels that GitHub itself gives by system and architecture; they do not distinguish runners. */
const broad = new Set(["self-hosted", "linux", "windows", "macos", "x64", "x86", "arm", "arm64"]);

/** @returns problems of one runner's labels */
export function judgeLabels(
  runner: string,
  labels: readonly string[],
  environment: string,
  workflows: readonly WorkflowFacts[],
): string[] {
  const own = new Set(labels.map((label) => label.toLowerCase()));
  const shared = labels.filter((label) => everybodys.test(label));
  const violations = shared.map(
    (label) => `Runner ${runner} has the label "${label}", which other jobs ask for. Expected labels of its own.`,
  );
  if ([...own].every((label) => broad.has(label))) {
    violations.push(
      `Runner ${runner} has only the labels ${labels.join(", ")}. Expected one that names its environment.`,
    );
  }
  for (const { file, jobs } of workflows) {
    for (const job of jobs) {
      // Labels from an expression are judged by the guard for pull requests.
      if (job.labels?.every((label) => own.has(label)) !== true || job.environment === environment) continue;
      violations.push(
        `Job ${job.id} of ${file} may land on runner ${runner} (runs-on: ${job.labels.join(", ")}) without ` +
          `the environment "${environment}". Expected environment: ${environment}, or other labels.`,
      );
    }
  }
  return violations;
}

export const runnerLabelsExclusive: Guard = {
  name: "runner-labels-exclusive",
  description:
    "A production runner has no label that other jobs ask for: a job that is not a deployment must not land on it.",
  judge: ({ environment, pool }) =>
    pool !== undefined && isProduction(environment)
      ? pool.members.flatMap(({ runner, labels }) => judgeLabels(runner, labels, environment, pool.workflows()))
      : [],
};
