import { type Guard, isProduction } from "../guard";

const componentType = "ghrunners:deployment:DeploymentEnvironment";

const listed = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

export const productionReviewed: Guard = {
  name: "production-reviewed",
  description: "A job that deploys to production waits for a reviewer.",
  types: [componentType, "github:index/repositoryEnvironment:RepositoryEnvironment"],
  judge: ({ props }) => {
    const environment = String(props.environment);
    if (!isProduction(environment)) return [];
    // Before its first update the program knows its reviewers by login only, and the resource has a group without
    // numbers: how many they are is judged at the component.
    return listed(props.reviewers).length > 0
      ? []
      : [`The environment ${environment} has no reviewers. Expected at least one user or team.`];
  },
};
