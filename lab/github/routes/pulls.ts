import { z } from "zod";
import { parseBody } from "../http/body";
import { GitHubApiError } from "../http/errors";
import type { GitHubRoute, Requester } from "../http/message";
import { paginate } from "../http/pagination";
import { rest } from "../http/rest";
import type { PullRequest, PullRequests } from "../repository/pull-requests";
import type { Services } from "../services";
import { pullSimpleView, pullView } from "../views/pulls";
import { botLogin } from "../workflows/job-message";

const pulls = "/repos/{owner}/{repo}/pulls";
const created = z.object({
  title: z.string().min(1),
  head: z.string().min(1),
  base: z.string().min(1),
  body: z.string().nullish(),
});
const changed = z.object({
  title: z.string().min(1).optional(),
  body: z.string().nullish(),
  state: z.enum(["open", "closed"]).optional(),
});

/**
 * To the token of a job, whatever its permissions, while the repository's setting is off. Source: GitHub's changelog of
 * 2022-05-03; the answer as in danielroe/uppt#11.
 */
const forbidden = (): GitHubApiError =>
  new GitHubApiError(403, "GitHub Actions is not permitted to create or approve pull requests.", {
    documentation_url: "https://docs.github.com/rest/pulls/pulls#create-a-pull-request",
  });

/** Pull requests: list, read, open, change. A push of its commits to the base merges one. */
export function pullRoutes({ seed, store }: Services, pullRequests: PullRequests): GitHubRoute[] {
  const read = ["pull_requests:read"] as const;
  const write = ["pull_requests:write"] as const;
  const view = (found: PullRequest) =>
    pullView(seed, found, store.state.comments.filter(({ issue }) => issue === found.number).length);
  /** `octo-org:topic` is the owner's branch. */
  const branchOf = (head: string): string => {
    const own = `${seed.owner.login}:`;
    return head.startsWith(own) ? head.slice(own.length) : head;
  };
  return [
    rest(`GET ${pulls}`, read, (request) => {
      const { query } = request;
      const state = query.get("state") ?? "open";
      const asked = (name: "head" | "base") => (query.has(name) ? branchOf(query.get(name) ?? "") : undefined);
      const [head, base] = [asked("head"), asked("base")];
      const found = pullRequests
        .list()
        .filter((each) => state === "all" || each.state === state)
        .filter(({ pull }) => (head ?? pull.head) === pull.head && (base ?? pull.base) === pull.base)
        .sort((a, b) => b.number - a.number);
      const page = paginate(found, request, seed.publicUrl);
      return { status: 200, headers: page.headers, body: page.items.map((each) => pullSimpleView(seed, each)) };
    }),
    rest(`POST ${pulls}`, write, ({ body, identity }) => {
      const given = parseBody(created, body);
      const { login } = identity as Requester;
      if (login === botLogin && !store.state.repository.actions.workflow.canApprovePullRequestReviews)
        throw forbidden();
      const opened = { ...given, head: branchOf(given.head), body: given.body ?? null, login };
      return { status: 201, body: view(pullRequests.open(opened)) };
    }),
    rest(`GET ${pulls}/{pull_number}`, read, ({ params }) => ({
      status: 200,
      body: view(pullRequests.find(Number(params.pull_number))),
    })),
    rest(`PATCH ${pulls}/{pull_number}`, write, ({ params, body, identity }) => {
      const given = parseBody(changed, body);
      const { number } = pullRequests.find(Number(params.pull_number));
      store.change(() => {
        const found = pullRequests.find(number);
        found.title = given.title ?? found.title;
        if (given.body !== undefined) found.body = given.body;
        found.updatedAt = store.now();
      });
      if (given.state !== undefined) pullRequests.setState(number, given.state, (identity as Requester).login);
      return { status: 200, body: view(pullRequests.find(number)) };
    }),
  ];
}
