/** Blobs, trees and commits, written one by one. Source: GitHub, "REST API endpoints for Git database". */
import type { components } from "@octokit/openapi-types";
import { z } from "zod";
import { parseBody } from "../http/body";
import { notFound, unprocessable } from "../http/errors";
import type { GitHubRoute, Requester } from "../http/message";
import { rest } from "../http/rest";
import { requireWorkflowPermission } from "../http/workflow-permission";
import { GitObjects, type TreeChange } from "../repository/objects";
import type { Commit } from "../repository/repository";
import type { Services } from "../services";
import { nodeId } from "../views/accounts";
import { repositoryPage, repositoryUrl } from "../views/repository";

const write = ["contents:write"] as const;
const git = "/repos/{owner}/{repo}/git";
/** GitHub takes blobs up to 100 MB. Source: "REST API endpoints for Git blobs". */
const largestBlob = 100 * 1000 * 1000;

const blobBody = z.object({ content: z.string(), encoding: z.enum(["utf-8", "base64"]).default("utf-8") });
const treeBody = z.object({
  base_tree: z.string().optional(),
  tree: z.array(
    z.object({
      path: z.string().min(1),
      mode: z.enum(["100644", "100755", "040000", "160000", "120000"]),
      type: z.enum(["blob", "tree", "commit"]).optional(),
      sha: z.string().nullish(),
      content: z.string().optional(),
    }),
  ),
});
const person = z.object({ name: z.string(), email: z.string(), date: z.iso.datetime({ offset: true }).optional() });
const commitBody = z.object({
  message: z.string(),
  tree: z.string(),
  parents: z.array(z.string()).default([]),
  author: person.optional(),
  committer: person.partial().optional(),
});

/** GitHub's words for an object that is not there, or is another kind of object. */
const badObject = (): Error => unprocessable("GitRPC::BadObjectState");

export function gitDataRoutes({ seed, repository, store, permissionUse }: Services): GitHubRoute[] {
  const objects = new GitObjects(repository);
  const url = () => `${repositoryUrl(seed)}/git`;
  const changeOf = ({ path, mode, sha, content }: z.output<typeof treeBody>["tree"][number]): TreeChange => {
    if (/^\/|\/$|\/\/|(^|\/)\.{1,2}(\/|$)|(^|\/)\.git(\/|$)/i.test(path))
      throw unprocessable("tree.path contains a malformed path component");
    if ((sha === undefined) === (content === undefined))
      throw unprocessable("Must supply either tree.sha or tree.content");
    if (sha === null) return { path, mode, sha };
    const known = sha ?? objects.blob(Buffer.from(content ?? "", "utf8"));
    if (mode !== "160000" && objects.typeOf(known) !== (mode === "040000" ? "tree" : "blob")) throw badObject();
    return { path, mode, sha: known };
  };
  const treeView = (sha: string): components["schemas"]["git-tree"] => ({
    sha,
    url: `${url()}/trees/${sha}`,
    tree: objects.entries(sha).map((entry) => ({ ...entry, url: `${url()}/${entry.type}s/${entry.sha}` })),
    truncated: false,
  });
  const commitView = ({ sha, treeSha, parents, author, committer, message }: Commit) => ({
    sha,
    node_id: nodeId("Commit", seed.repository.id),
    url: `${url()}/commits/${sha}`,
    html_url: `${repositoryPage(seed)}/commit/${sha}`,
    author,
    committer,
    message,
    tree: { sha: treeSha, url: `${url()}/trees/${treeSha}` },
    parents: parents.map((parent) => ({
      sha: parent,
      url: `${url()}/commits/${parent}`,
      html_url: `${repositoryPage(seed)}/commit/${parent}`,
    })),
    verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
  });
  return [
    rest(`POST ${git}/blobs`, write, ({ body }) => {
      const { content, encoding } = parseBody(blobBody, body);
      const bytes = Buffer.from(content, encoding === "base64" ? "base64" : "utf8");
      if (bytes.length > largestBlob) throw unprocessable("Blob is too large. The limit is 100 MB.");
      const sha = objects.blob(bytes);
      return { status: 201, body: { sha, url: `${url()}/blobs/${sha}` } };
    }),
    rest(`POST ${git}/trees`, write, ({ body, identity }) => {
      const { base_tree: base, tree } = parseBody(treeBody, body);
      const baseType = base === undefined ? "tree" : objects.typeOf(base);
      if (baseType !== "tree" && baseType !== "commit") throw badObject();
      const sha = objects.tree(base, tree.map(changeOf));
      if (objects.workflowsOf(base) !== objects.workflowsOf(sha))
        requireWorkflowPermission(identity as Requester, permissionUse, `POST ${git}/trees`);
      return { status: 201, body: treeView(sha) };
    }),
    rest(`POST ${git}/commits`, write, ({ body, identity }) => {
      const { message, tree, parents, ...given } = parseBody(commitBody, body);
      if (objects.typeOf(tree) !== "tree") throw unprocessable("Tree SHA does not exist");
      if (parents.some((parent) => objects.typeOf(parent) !== "commit"))
        throw unprocessable("Parent SHA does not exist or is not a commit object");
      const { login } = identity as Requester;
      const own = { name: login, email: `${login}@users.noreply.example.invalid`, date: store.now() };
      const author = { ...own, ...given.author };
      const sha = objects.commit({ message, tree, parents, author, committer: { ...author, ...given.committer } });
      return { status: 201, body: commitView(repository.commit(sha) as Commit) };
    }),
    rest(`GET ${git}/commits/{commit_sha}`, ["contents:read"], ({ params }) => {
      const commit = repository.commit(params.commit_sha);
      if (commit === undefined) throw notFound();
      return { status: 200, body: commitView(commit) };
    }),
  ];
}
