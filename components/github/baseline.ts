/** Rules for every managed repository that no argument can change. */
export const BASELINE = {
  /** Actions are accepted by their commit only. */
  shaPinningRequired: true,
  /** Permissions of a job's GITHUB_TOKEN unless the job requests more. */
  defaultWorkflowPermissions: "read",
  canApprovePullRequestReviews: false,
} as const;
