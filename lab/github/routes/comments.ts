import { z } from "zod";
import { parseBody } from "../http/body";
import { notFound } from "../http/errors";
import type { GitHubRoute, Requester } from "../http/message";
import { paginate } from "../http/pagination";
import { rest } from "../http/rest";
import type { StoredComment } from "../model";
import type { Services } from "../services";
import { commentView } from "../views/issues";

const ofIssue = "/repos/{owner}/{repo}/issues/{issue_number}/comments";
const one = "/repos/{owner}/{repo}/issues/comments/{comment_id}";
const LONGEST_BODY = 65_536;
const sent = z.object({
  body: z.string().min(1).max(LONGEST_BODY, "body is too long (maximum is 65536 characters)"),
});

/** Comments of issues and pull requests; GitHub takes the permission for either. */
export function commentRoutes({ seed, store }: Services): GitHubRoute[] {
  const read = ["issues:read", "pull_requests:read"] as const;
  const write = ["issues:write", "pull_requests:write"] as const;
  const issueOf = (number: string): number => {
    const issue = store.state.issues.find((known) => String(known.number) === number);
    if (issue === undefined) throw notFound();
    return issue.number;
  };
  const find = (id: string): StoredComment => {
    const found = store.state.comments.find((comment) => String(comment.id) === id);
    if (found === undefined) throw notFound();
    return found;
  };
  return [
    rest(`GET ${ofIssue}`, read, (request) => {
      const number = issueOf(request.params.issue_number);
      const all = store.state.comments.filter(({ issue }) => issue === number);
      const page = paginate(all, request, seed.publicUrl);
      return { status: 200, headers: page.headers, body: page.items.map((comment) => commentView(seed, comment)) };
    }),
    rest(`POST ${ofIssue}`, write, ({ params, body, identity }) => {
      const issue = issueOf(params.issue_number);
      const { login } = identity as Requester;
      const now = store.now();
      const given = parseBody(sent, body);
      const id = store.change((state, emit) => {
        const next = store.nextId();
        state.comments.push({ id: next, issue, login, body: given.body, createdAt: now, updatedAt: now });
        emit("comment.created", { issue, id: next, login });
        return next;
      });
      return { status: 201, body: commentView(seed, find(String(id))) };
    }),
    rest(`GET ${one}`, read, ({ params }) => ({ status: 200, body: commentView(seed, find(params.comment_id)) })),
    rest(`PATCH ${one}`, write, ({ params, body }) => {
      const given = parseBody(sent, body);
      const { id } = find(params.comment_id);
      store.change((_state, emit) => {
        Object.assign(find(String(id)), { body: given.body, updatedAt: store.now() });
        emit("comment.edited", { id });
      });
      return { status: 200, body: commentView(seed, find(params.comment_id)) };
    }),
  ];
}
