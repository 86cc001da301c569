import { type Guard, isProduction } from "../guard";

const componentType = "ghrunners:deployment:DeploymentEnvironment";

const listed = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/**
 * Whether the environment asks for a reviewer. A group whose numbers are not known yet counts: before its first update
 * the program knows its reviewers by login only, and those stand in the component.
 */
export function asksForReviewer(reviewers: unknown): boolean {
  return listed(reviewers).some((group) => {
    const { users, teams } = group as Record<string, unknown>;
    return users !== undefined || teams !== undefined;
  });
}

export const productionReviewed: Guard = {
  name: "production-reviewed",
  description: "A job that deploys to production waits for a reviewer.",
  types: [componentType, "github:index/repositoryEnvironment:RepositoryEnvironment"],
  judge: ({ type, props }) => {
    const environment = String(props.environment);
    if (!isProduction(environment)) return [];
    const isReviewed = type === componentType ? listed(props.reviewers).length > 0 : asksForReviewer(props.reviewers);
    return isReviewed ? [] : [`The environment ${environment} has no reviewers. Expected at least one user or team.`];
  },
};
