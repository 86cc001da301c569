import { type Guard, isProduction } from "../guard";

export const productionReviewed: Guard = {
  name: "production-reviewed",
  description: "A job that deploys to production waits for a reviewer.",
  // The component, not GitHub's resource below it: before its first update the reviewers are known by login only, and
  // the resource shows an empty list then.
  types: ["ghrunners:deployment:DeploymentEnvironment"],
  judge: ({ props }) => {
    const environment = String(props.environment);
    const isReviewed = Array.isArray(props.reviewers) && props.reviewers.length > 0;
    return isProduction(environment) && !isReviewed
      ? [`The environment ${environment} has no reviewers. Expected at least one login.`]
      : [];
  },
};
