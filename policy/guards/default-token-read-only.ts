import type { Guard } from "../guard";

export const defaultTokenReadOnly: Guard = {
  name: "default-token-read-only",
  description: "A job's GITHUB_TOKEN can only read unless the job asks for more, and cannot approve pull requests.",
  types: ["github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions"],
  judge: ({ props }) => [
    ...(props.defaultWorkflowPermissions === "write"
      ? ["The default token can write. Expected defaultWorkflowPermissions: read."]
      : []),
    ...(props.canApprovePullRequestReviews === true
      ? ["Workflows may approve pull requests. Expected canApprovePullRequestReviews: false."]
      : []),
  ],
};
