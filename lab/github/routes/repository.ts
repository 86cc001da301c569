import { permits } from "../http/authorize";
import { notFound } from "../http/errors";
import type { Identity, Route } from "../http/message";
import type { RateLimit } from "../http/rate-limit";
import { rest, undescribed } from "../http/rest";
import type { Services } from "../services";
import { headCommit, workflowFiles } from "../workflow-files";
import { branchView, fullRepository, repositoryPage, repositoryUrl } from "../views/repository";

const metadata = ["metadata:read"] as const;
const contents = ["contents:read"] as const;

/** The repository itself, and as much of its default branch as clients ask for. */
export function repositoryRoutes({ seed, store, faults }: Services): Route[] {
  const asPublic = { ...seed, repository: { ...seed.repository, private: false } };
  const shown = () => (faults.active("repository-public") === undefined ? seed : asPublic);
  const view = (identity: Identity | undefined) =>
    fullRepository(shown(), store.state.createdAt, identity !== undefined && permits(identity, "administration:write"));
  const url = repositoryUrl(seed);
  return [
    rest("GET /repos/{owner}/{repo}", metadata, ({ identity }) => ({ status: 200, body: view(identity) })),
    undescribed("GET /repositories/{repository_id}", metadata, ({ identity }) => ({
      status: 200,
      body: view(identity),
    })),
    rest("GET /repos/{owner}/{repo}/branches/{branch}", contents, ({ params }) => {
      if (params.branch !== seed.repository.defaultBranch) throw notFound();
      return { status: 200, body: branchView(seed, store.state.createdAt) };
    }),
    rest("GET /repos/{owner}/{repo}/contents/{path}", contents, ({ params, query }) => {
      const ref = query.get("ref") ?? seed.repository.defaultBranch;
      if (
        ![seed.repository.defaultBranch, `refs/heads/${seed.repository.defaultBranch}`, headCommit(seed).sha].includes(
          ref,
        )
      ) {
        throw notFound();
      }
      const file = workflowFiles(seed).find((known) => known.path === params.path);
      if (file === undefined) throw notFound();
      const self = `${url}/contents/${file.path}?ref=${ref}`;
      const page = `${repositoryPage(seed)}/blob/${ref}/${file.path}`;
      const blob = `${url}/git/blobs/${file.sha}`;
      return {
        status: 200,
        body: {
          type: "file",
          encoding: "base64",
          size: file.content.length,
          name: file.name,
          path: file.path,
          content: file.content.toString("base64"),
          sha: file.sha,
          url: self,
          git_url: blob,
          html_url: page,
          download_url: null,
          _links: { self, git: blob, html: page },
        },
      };
    }),
  ];
}

/** What is not about the repository: the service's own description and the caller's limits. */
export function serviceRoutes({ seed }: Services, rateLimit: () => RateLimit): Route[] {
  return [
    rest("GET /meta", "public", () => ({ status: 200, body: { verifiable_password_authentication: false } })),
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
