import { permits } from "../http/authorize";
import type { Requester, GitHubRoute } from "../http/message";
import type { RateLimiter } from "../http/rate-limit";
import { rest, undescribed } from "../http/rest";
import type { Services } from "../services";
import { fullRepository } from "../views/repository";

const metadata = ["metadata:read"] as const;

/** The repository itself. */
export function repositoryRoutes({ seed, store, faults }: Services): GitHubRoute[] {
  const asPublic = () => ({ ...seed, repository: { ...seed.repository, private: false } });
  const shown = () => (faults.active("repository-public") === undefined ? seed : asPublic());
  const view = (identity: Requester | undefined) =>
    fullRepository(shown(), store.state.createdAt, identity !== undefined && permits(identity, "administration:write"));
  return [
    rest("GET /repos/{owner}/{repo}", metadata, ({ identity }) => ({ status: 200, body: view(identity) })),
    undescribed("GET /repositories/{repository_id}", metadata, ({ identity }) => ({
      status: 200,
      body: view(identity),
    })),
  ];
}

/** What is not about the repository: the service's own description and the caller's limits. */
export function serviceRoutes({ seed }: Services, rateLimit: () => RateLimiter): GitHubRoute[] {
  return [
    rest("GET /meta", "public", () => ({
      status: 200,
      body: {
        verifiable_password_authentication: false,
        ...(seed.enterpriseServer === undefined ? {} : { installed_version: seed.enterpriseServer }),
      },
    })),
    undescribed("GET /", "public", () => ({
      status: 200,
      body: {
        current_user_url: `${seed.publicUrl}/api/v3/user`,
        rate_limit_url: `${seed.publicUrl}/api/v3/rate_limit`,
      },
    })),
    rest("GET /rate_limit", "public", ({ identity }) => {
      const core = rateLimit().allowance(identity);
      return { status: 200, body: { resources: { core, search: core }, rate: core } };
    }),
  ];
}
