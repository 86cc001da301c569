import { notFound, unprocessable } from "../http/errors";
import type { GitHubRoute } from "../http/message";
import { paginate } from "../http/pagination";
import { rest, undescribed } from "../http/rest";
import type { Commit, Ref } from "../repository/repository";
import type { Services } from "../services";
import { branchView, commitView, refView, shortBranchView } from "../views/commits";

const contents = ["contents:read"] as const;
/** More than any test of the lab makes. */
const mostCommits = 1_000;

/** Branches, commits and refs, as git has them. */
export function commitRoutes({ seed, repository }: Services): GitHubRoute[] {
  const commitOf = (sha: string | undefined): Commit => {
    const commit = sha === undefined ? undefined : repository.commit(sha);
    if (commit === undefined) throw notFound();
    return commit;
  };
  const refOf = (name: string): Ref => {
    const ref = repository.refs().get(`refs/${name}`);
    if (ref === undefined) throw notFound();
    return ref;
  };
  const branches = (): [string, Ref][] =>
    [...repository.refs()].flatMap(([name, ref]) =>
      name.startsWith("refs/heads/") ? [[name.slice("refs/heads/".length), ref]] : [],
    );
  return [
    rest("GET /repos/{owner}/{repo}/branches", contents, (request) => {
      const page = paginate(branches(), request, seed.publicUrl);
      const body = page.items.map(([name, ref]) => shortBranchView(seed, name, ref));
      return { status: 200, headers: page.headers, body };
    }),
    rest("GET /repos/{owner}/{repo}/branches/{branch}", contents, ({ params }) => ({
      status: 200,
      body: branchView(seed, params.branch, commitOf(repository.branch(params.branch)?.commit)),
    })),
    rest("GET /repos/{owner}/{repo}/commits", contents, (request) => {
      const start = repository.resolve(request.query.get("sha") ?? seed.repository.defaultBranch);
      if (start === undefined) throw notFound();
      const page = paginate(repository.history(start, mostCommits), request, seed.publicUrl);
      return { status: 200, headers: page.headers, body: page.items.map((sha) => commitView(seed, commitOf(sha))) };
    }),
    rest("GET /repos/{owner}/{repo}/commits/{ref}", contents, ({ params }) => {
      const sha = repository.resolve(params.ref);
      if (sha === undefined) throw unprocessable(`No commit found for SHA: ${params.ref}`);
      return { status: 200, body: commitView(seed, commitOf(sha)) };
    }),
    rest("GET /repos/{owner}/{repo}/git/ref/{ref}", contents, ({ params }) => ({
      status: 200,
      body: refView(seed, refOf(params.ref)),
    })),
    // The same with slashes that are not encoded.
    undescribed("GET /repos/{owner}/{repo}/git/ref/{kind}/{path}", contents, ({ params }) => ({
      status: 200,
      body: refView(seed, refOf(`${params.kind}/${params.path}`)),
    })),
  ];
}
