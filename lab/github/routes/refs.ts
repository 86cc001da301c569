/** Refs that are made and moved by the API. What they start is what a push would start. */
import { z } from "zod";
import { parseBody } from "../http/body";
import { unprocessable } from "../http/errors";
import type { ApiRequest, GitHubRoute, Requester } from "../http/message";
import { rest, undescribed } from "../http/rest";
import { requireWorkflowPermission } from "../http/workflow-permission";
import { GitObjects } from "../repository/objects";
import type { Pushes } from "../repository/pushes";
import type { Ref } from "../repository/repository";
import type { Services } from "../services";
import { refView } from "../views/commits";

const write = ["contents:write"] as const;
const refs = "/repos/{owner}/{repo}/git/refs";
const created = z.object({ ref: z.string(), sha: z.string() });
const moved = z.object({ sha: z.string(), force: z.boolean().default(false) });

/** A name as git takes it. Source: git-check-ref-format(1). */
const isName = (name: string): boolean =>
  /^refs\/(heads|tags)\/[^\s~^:?*[\\]+$/.test(name) && !/\.\.|\/\/|@\{|\.lock$|[./]$/.test(name);

export function refRoutes({ seed, repository, permissionUse }: Services, pushes: Pushes): GitHubRoute[] {
  const objects = new GitObjects(repository);
  const commitOf = (sha: string): string => {
    const commit = repository.commit(sha);
    if (commit === undefined) throw unprocessable("Object does not exist");
    return commit.sha;
  };
  /** Points a ref to a commit. Workflows that neither the default branch nor the ref had need their permission. */
  const point = async (name: string, sha: string, identity: Requester, call: string): Promise<Ref> => {
    const had = [repository.head(), repository.refs().get(name)?.commit].map((commit) => objects.workflowsOf(commit));
    if (!had.includes(objects.workflowsOf(sha))) requireWorkflowPermission(identity, permissionUse, call);
    await pushes.receive(identity.login, async () => repository.point({ [name]: sha }));
    return repository.refs().get(name) as Ref;
  };
  const move = async (name: string, { body, identity }: Pick<ApiRequest, "body" | "identity">) => {
    const { sha, force } = parseBody(moved, body);
    const before = repository.refs().get(name);
    if (before === undefined) throw unprocessable("Reference does not exist");
    const commit = commitOf(sha);
    if (!force && !repository.isAncestor(before.commit, commit)) throw unprocessable("Update is not a fast forward");
    const after = await point(name, commit, identity as Requester, `PATCH ${refs}/{ref}`);
    return { status: 200 as const, body: refView(seed, after) };
  };
  return [
    rest(`POST ${refs}`, write, async ({ body, identity }) => {
      const { ref, sha } = parseBody(created, body);
      if (!isName(ref)) throw unprocessable(`${ref} is not a valid ref name.`);
      if (repository.refs().has(ref)) throw unprocessable("Reference already exists");
      const made = await point(ref, commitOf(sha), identity as Requester, `POST ${refs}`);
      return { status: 201, body: refView(seed, made) };
    }),
    rest(`PATCH ${refs}/{ref}`, write, (request) => move(`refs/${request.params.ref}`, request)),
    // The same with slashes that are not encoded.
    undescribed(`PATCH ${refs}/{kind}/{path}`, write, (request) =>
      move(`refs/${request.params.kind}/${request.params.path}`, request),
    ),
  ];
}
