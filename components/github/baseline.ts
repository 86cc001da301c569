/** What holds in every repository whose rules are managed, and is no argument. */
export const BASELINE = {
  /** Actions are accepted by their commit only. */
  shaPinningRequired: true,
  /** What a job's GITHUB_TOKEN may do unless the job asks for more. */
  defaultWorkflowPermissions: "read",
  canApprovePullRequestReviews: false,
} as const;
