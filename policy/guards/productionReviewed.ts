import { type Guard, isProduction } from "../guard";

/** @returns number of users and teams that may approve */
export function reviewerCount(reviewers: unknown): number {
  const groups = Array.isArray(reviewers) ? (reviewers as Record<string, unknown>[]) : [];
  return groups.flatMap(({ users, teams }) =>
    [users, teams].flatMap((ids) => (Array.isArray(ids) ? (ids as unknown[]) : [])),
  ).length;
}

export const productionReviewed: Guard = {
  name: "production-reviewed",
  description: "A job that deploys to production waits for a reviewer.",
  types: ["github:index/repositoryEnvironment:RepositoryEnvironment"],
  judge: ({ props }) =>
    isProduction(String(props.environment)) && reviewerCount(props.reviewers) === 0
      ? [`The environment ${String(props.environment)} has no reviewers. Expected at least one user or team.`]
      : [],
};
