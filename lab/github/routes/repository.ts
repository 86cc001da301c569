import path from "node:path";
import { archiveOf } from "../archive";
import { permits } from "../http/authorize";
import { notFound } from "../http/errors";
import { plainRoute, type Requester, type GitHubRoute } from "../http/message";
import type { RateLimiter } from "../http/rate-limit";
import { rest, undescribed } from "../http/rest";
import type { Services } from "../services";
import { folderFiles, headCommit, repositoryFile, type RepositoryFile } from "../workflow-files";
import { branchView, fullRepository, repositoryPage, repositoryUrl } from "../views/repository";

const metadata = ["metadata:read"] as const;
const contents = ["contents:read"] as const;

/** The repository itself, and as much of its default branch as clients ask for. */
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
    rest("GET /repos/{owner}/{repo}/branches/{branch}", contents, ({ params }) => {
      if (params.branch !== seed.repository.defaultBranch) throw notFound();
      return { status: 200, body: branchView(seed, store.state.createdAt) };
    }),
    rest("GET /repos/{owner}/{repo}/tarball/{ref}", contents, ({ params }) => {
      if (!isDefaultBranch(seed, params.ref)) throw notFound();
      const location = `${seed.publicUrl}/_lab/archive/${headCommit(seed).sha}`;
      return { status: 302, body: undefined, headers: { location } };
    }),
    // GitHub's link carries a token of its own; the lab's archive holds no secret.
    plainRoute("GET", "/_lab/archive/{sha}", "public", ({ params }) => {
      const { sha } = headCommit(seed);
      if (params.sha !== sha) throw notFound();
      const folder = `${seed.owner.login}-${seed.repository.name}-${sha.slice(0, 7)}`;
      return { status: 200, body: archiveOf(seed, folder), headers: { "content-type": "application/gzip" } };
    }),
    rest("GET /repos/{owner}/{repo}/contents/{path}", contents, ({ params, query, headers }) => {
      const ref = query.get("ref") ?? seed.repository.defaultBranch;
      if (!isDefaultBranch(seed, ref)) throw notFound();
      const file = repositoryFile(seed, params.path);
      const folder = file === undefined ? folderFiles(seed, params.path) : [];
      const place = (each: RepositoryFile) => {
        const url = repositoryUrl(seed);
        const self = `${url}/contents/${each.path}?ref=${ref}`;
        const blob = `${url}/git/blobs/${each.sha}`;
        const page = `${repositoryPage(seed)}/blob/${ref}/${each.path}`;
        return {
          size: each.content.length,
          name: path.basename(each.path),
          path: each.path,
          sha: each.sha,
          url: self,
          git_url: blob,
          html_url: page,
          download_url: null,
          _links: { self, git: blob, html: page },
        };
      };
      if (folder.length > 0)
        return { status: 200, body: folder.map((each) => ({ type: "file" as const, ...place(each) })) };
      if (file === undefined) throw notFound();
      if (/^application\/vnd\.github\.raw\b/.test(headers.accept ?? ""))
        // The description has the JSON alone.
        return {
          status: 200,
          body: file.content as never,
          headers: { "content-type": "application/vnd.github.raw+json" },
        };
      // Source: GitHub's documentation, "Get repository content": above 1 MB the raw media type alone shows the content.
      const isSmall = file.content.length <= 2 ** 20;
      return {
        status: 200,
        body: {
          type: "file",
          encoding: isSmall ? "base64" : "none",
          content: isSmall ? file.content.toString("base64") : "",
          ...place(file),
        },
      };
    }),
  ];
}

/** The names of the one commit that there is. */
function isDefaultBranch(seed: Services["seed"], ref: string): boolean {
  const { defaultBranch } = seed.repository;
  return [defaultBranch, `refs/heads/${defaultBranch}`, headCommit(seed).sha].includes(ref);
}

/** What is not about the repository: the service's own description and the caller's limits. */
export function serviceRoutes({ seed }: Services, rateLimit: () => RateLimiter): GitHubRoute[] {
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
