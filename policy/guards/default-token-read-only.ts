import type { Guard } from "../guard";

export const defaultTokenReadOnly: Guard = {
  name: "default-token-read-only",
  description: "A job's GITHUB_TOKEN can only read unless the job asks for more, and cannot approve pull requests.",
  judge: ({ defaultToken }) => [
    ...(defaultToken?.canWrite === true
      ? ["The default token can write. Expected defaultWorkflowPermissions: read."]
      : []),
    ...(defaultToken?.approvesPullRequests === true
      ? ["Workflows may approve pull requests. Expected canApprovePullRequestReviews: false."]
      : []),
  ],
};
