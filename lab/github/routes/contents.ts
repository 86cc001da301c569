import path from "node:path";
import { notFound } from "../http/errors";
import { plainRoute, type GitHubRoute } from "../http/message";
import { rest, undescribed } from "../http/rest";
import type { TreeEntry } from "../repository/repository";
import type { Services } from "../services";
import { repositoryPage, repositoryUrl } from "../views/repository";

const contents = ["contents:read"] as const;
/** Larger contents are shown by the raw media type alone. Source: GitHub, "Get repository content". */
const largestInJson = 2 ** 20;

/** Files, folders and archives of a commit. */
export function contentRoutes({ seed, repository }: Services): GitHubRoute[] {
  const commitOf = (ref: string): string => {
    const commit = repository.resolve(ref);
    if (commit === undefined) throw notFound();
    return commit;
  };
  const view = (entry: TreeEntry, ref: string) => {
    const url = repositoryUrl(seed);
    const self = `${url}/contents/${entry.path}?ref=${ref}`;
    const git = `${url}/git/${entry.type === "dir" ? "trees" : "blobs"}/${entry.sha}`;
    const html = `${repositoryPage(seed)}/${entry.type === "dir" ? "tree" : "blob"}/${ref}/${entry.path}`;
    return {
      size: entry.size,
      name: path.posix.basename(entry.path),
      path: entry.path,
      sha: entry.sha,
      url: self,
      git_url: git,
      html_url: html,
      download_url: null,
      _links: { self, git, html },
    };
  };
  const list = (entries: readonly TreeEntry[], ref: string) => ({
    status: 200 as const,
    body: entries.map((each) => ({ type: each.type as "file", ...view(each, ref) })),
  });
  return [
    undescribed("GET /repos/{owner}/{repo}/contents", contents, ({ query }) => {
      const ref = query.get("ref") ?? seed.repository.defaultBranch;
      return list(repository.look(commitOf(ref), "") as readonly TreeEntry[], ref);
    }),
    rest("GET /repos/{owner}/{repo}/contents/{path}", contents, ({ params, query, headers }) => {
      const ref = query.get("ref") ?? seed.repository.defaultBranch;
      const found = repository.look(commitOf(ref), params.path.replace(/\/$/, ""));
      if (found === undefined) throw notFound();
      if (!("type" in found)) return list(found, ref);
      const isFile = found.type === "file" || found.type === "symlink";
      const content = isFile ? repository.content(found.sha) : Buffer.alloc(0);
      if (/^application\/vnd\.github\.raw\b/.test(headers.accept ?? ""))
        // The description has the JSON alone.
        return { status: 200, body: content as never, headers: { "content-type": "application/vnd.github.raw+json" } };
      const isSmall = content.length <= largestInJson;
      return {
        status: 200,
        body: {
          type: "file",
          encoding: isSmall ? "base64" : "none",
          content: isSmall ? content.toString("base64") : "",
          ...view(found, ref),
        },
      };
    }),
    rest("GET /repos/{owner}/{repo}/tarball/{ref}", contents, ({ params }) => {
      const location = `${seed.publicUrl}/_lab/archive/${commitOf(params.ref)}`;
      return { status: 302, body: undefined, headers: { location } };
    }),
    // GitHub's link carries a token of its own; the lab's archive holds no secret.
    plainRoute("GET", "/_lab/archive/{sha}", "public", ({ params }) => {
      const sha = commitOf(params.sha ?? "");
      const folder = `${seed.owner.login}-${seed.repository.name}-${sha.slice(0, 7)}`;
      return { status: 200, body: repository.archive(sha, folder), headers: { "content-type": "application/gzip" } };
    }),
  ];
}
