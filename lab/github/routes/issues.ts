import { z } from "zod";
import { parseBody } from "../http/body";
import { notFound } from "../http/errors";
import type { Requester, GitHubRoute } from "../http/message";
import { paginate } from "../http/pagination";
import { rest } from "../http/rest";
import type { StoredIssue } from "../model";
import type { Services } from "../services";
import { issueView } from "../views/issues";

const issues = "/repos/{owner}/{repo}/issues";
const text = z.string();
const LONGEST_BODY = 65_536;

const labels = z.array(z.union([text, z.object({ name: text })])).max(100);
const body = text.max(LONGEST_BODY, "body is too long (maximum is 65536 characters)").nullish();
const created = z.object({ title: text.min(1), body, labels: labels.optional() });
const changed = z.object({
  title: text.min(1).optional(),
  body,
  labels: labels.optional(),
  state: z.enum(["open", "closed"]).optional(),
  state_reason: z.enum(["completed", "not_planned", "reopened"]).nullish(),
});

const namesOf = (given: z.output<typeof labels>): string[] => [
  ...new Set(given.map((label) => (typeof label === "string" ? label : label.name))),
];

/** Issues: list, read, open, change. A label comes into being by its first use, as at GitHub. */
export function issueRoutes(services: Services): GitHubRoute[] {
  const { seed, store } = services;
  const read = ["issues:read"] as const;
  const write = ["issues:write"] as const;
  const find = (number: string): StoredIssue => {
    const found = store.state.issues.find((issue) => String(issue.number) === number);
    if (found === undefined) throw notFound();
    return found;
  };
  const view = (issue: StoredIssue) =>
    issueView(seed, issue, store.state.comments.filter((comment) => comment.issue === issue.number).length);
  return [
    rest(`GET ${issues}`, read, (request) => {
      const state = request.query.get("state") ?? "open";
      const wanted = (request.query.get("labels") ?? "").split(",").filter((name) => name !== "");
      const found = store.state.issues
        .filter((issue) => state === "all" || issue.state === state)
        .filter((issue) => wanted.every((name) => issue.labels.includes(name)))
        .sort((a, b) => b.number - a.number);
      const page = paginate(found, request, seed.publicUrl);
      return { status: 200, headers: page.headers, body: page.items.map(view) };
    }),
    rest(`POST ${issues}`, write, (request) => {
      const given = parseBody(created, request.body);
      const { login } = request.identity as Requester;
      const now = store.now();
      const number = store.change((state, emit) => {
        const next = Math.max(0, ...state.issues.map((issue) => issue.number)) + 1;
        state.issues.push({
          id: store.nextId(),
          number: next,
          title: given.title,
          body: given.body ?? null,
          labels: namesOf(given.labels ?? []),
          login,
          state: "open",
          stateReason: null,
          createdAt: now,
          updatedAt: now,
          closedAt: null,
        });
        emit("issue.opened", { number: next, title: given.title });
        return next;
      });
      return { status: 201, body: view(find(String(number))) };
    }),
    rest(`GET ${issues}/{issue_number}`, read, ({ params }) => ({
      status: 200,
      body: view(find(params.issue_number)),
    })),
    rest(`PATCH ${issues}/{issue_number}`, write, ({ params, body: sent }) => {
      const given = parseBody(changed, sent);
      find(params.issue_number);
      store.change((_state, emit) => {
        const issue = find(params.issue_number);
        if (given.state !== undefined && given.state !== issue.state) {
          issue.state = given.state;
          issue.closedAt = given.state === "closed" ? store.now() : null;
          issue.stateReason = given.state_reason ?? (given.state === "closed" ? "completed" : "reopened");
          emit(`issue.${given.state === "closed" ? "closed" : "reopened"}`, { number: issue.number });
        }
        issue.title = given.title ?? issue.title;
        if (given.body !== undefined) issue.body = given.body;
        if (given.labels !== undefined) issue.labels = namesOf(given.labels);
        issue.updatedAt = store.now();
      });
      return { status: 200, body: view(find(params.issue_number)) };
    }),
  ];
}
