import { type Guard, isProduction } from "../guard";

export const productionReviewed: Guard = {
  name: "production-reviewed",
  description: "A job that deploys to production waits for a reviewer.",
  judge: ({ deployment }) =>
    deployment !== undefined && isProduction(deployment.environment) && deployment.reviewers.length === 0
      ? [`The environment ${deployment.environment} has no reviewers. Expected at least one login.`]
      : [],
};
