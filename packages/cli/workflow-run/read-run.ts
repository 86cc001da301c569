/** Parts of a run that more than one command reads. */
import type { GitHubClient } from "@ghrunners/core/github/client";

/** The log of a job; empty for one that never ran, or whose log cannot be read. */
export const jobLog = (client: GitHubClient, id: number): Promise<string> =>
  client
    .call("read a job's log", (octokit, names) =>
      octokit.rest.actions.downloadJobLogsForWorkflowRun({ ...names, job_id: id }),
    )
    // Octokit types the response as a redirect.
    .then(String, () => "");

/** What waits for an environment's review, wait timer or other rule. Awaited type: GitHub's pending deployments. */
export const pendingDeployments = (client: GitHubClient, runId: number) =>
  client.call("read what waits for approval", (octokit, names) =>
    octokit.rest.actions.getPendingDeploymentsForRun({ ...names, run_id: runId }),
  );
