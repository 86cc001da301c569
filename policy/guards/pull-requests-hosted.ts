import type { Guard } from "../guard";
import type { WorkflowJobFacts, WorkflowFacts } from "../workflows";

/** Events that run code or text of people without write access to the repository. */
export const foreignEvents: ReadonlySet<string> = new Set([
  "pull_request",
  "pull_request_target",
  "pull_request_review",
  "pull_request_review_comment",
  "issue_comment",
  "merge_group",
]);

/** Labels of GitHub-hosted images. */
const hosted = /^(ubuntu|windows|macos)-[a-z0-9.-]+$/;

function reason(job: WorkflowJobFacts, foreign: readonly string[], runners: ReadonlySet<string>): string | undefined {
  if (!job.runsHere) return undefined;
  // The delivery runner, such as of preview.yml: a person who can push a branch can reach it in other ways too. The
  // runners of this stack refuse the event themselves.
  const isOwn = job.ownBranches && foreign.every((event) => event === "pull_request");
  if (job.labels === undefined) return isOwn ? undefined : "an expression chooses its labels";
  if (job.labels.includes("self-hosted")) return "it asks for self-hosted";
  const own = job.labels.filter((label) => runners.has(label) && !hosted.test(label));
  return own.length > 0 ? `it asks for ${own.join(", ")}` : undefined;
}

/** @param labels labels of this stack's runners */
export function judgePullRequests(workflows: readonly WorkflowFacts[], labels: readonly string[]): string[] {
  const runners = new Set(labels.map((label) => label.toLowerCase()));
  return workflows.flatMap(({ file, events, jobs }) => {
    const foreign = events.filter((event) => foreignEvents.has(event));
    if (foreign.length === 0) return [];
    return jobs.flatMap((job) => {
      const why = reason(job, foreign, runners);
      return why === undefined
        ? []
        : [
            `Job ${job.id} of ${file} runs at ${foreign.join(", ")} and may land on a self-hosted runner: ${why}. ` +
              "Expected a fixed label of a GitHub-hosted image.",
          ];
    });
  });
}

export const pullRequestsHosted: Guard = {
  name: "pull-requests-hosted",
  description:
    "No job of a pull request runs on a self-hosted runner: its code may be an outsider's until it was reviewed. " +
    "The job hook of the runners refuses such events too, unless the configuration names them.",
  judge: ({ pool }) => {
    if (pool === undefined) return [];
    return [
      ...pool.events
        .filter((event) => foreignEvents.has(event))
        .map((event) => `The runners accept jobs of ${event}. Expected an agent.allowedEvents without it.`),
      ...judgePullRequests(
        pool.workflows(),
        pool.members.flatMap(({ labels }) => labels),
      ),
    ];
  },
};
