import type { components } from "@octokit/openapi-types";
import type { StoredComment, StoredIssue } from "../model";
import type { Seed } from "../seed";
import { nodeId, simpleUserNamed } from "./accounts";
import { repositoryPage, repositoryUrl } from "./repository";

type IssueView = components["schemas"]["issue"];

/** GitHub gives a label without a colour of its own this one. */
const LABEL_COLOUR = "ededed";

/** @param comments how many it has */
export function issueView(seed: Seed, issue: StoredIssue, comments: number): IssueView {
  const repository = repositoryUrl(seed);
  const url = `${repository}/issues/${issue.number}`;
  const pull = `${repository}/pulls/${issue.number}`;
  const page = `${repositoryPage(seed)}/${issue.pull === undefined ? "issues" : "pull"}/${issue.number}`;
  return {
    id: issue.id,
    node_id: nodeId("Issue", issue.id),
    number: issue.number,
    url,
    repository_url: repository,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: page,
    title: issue.title,
    body: issue.body,
    user: simpleUserNamed(seed, issue.login),
    labels: issue.labels.map((name) => ({ name, color: LABEL_COLOUR, default: false })),
    state: issue.state,
    state_reason: issue.stateReason,
    locked: false,
    active_lock_reason: null,
    assignee: null,
    assignees: [],
    milestone: null,
    comments,
    closed_at: issue.closedAt,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    author_association: "NONE",
    ...(issue.pull === undefined
      ? {}
      : {
          pull_request: {
            url: pull,
            html_url: page,
            diff_url: `${page}.diff`,
            patch_url: `${page}.patch`,
            merged_at: issue.pull.mergedAt,
          },
        }),
  };
}

export function commentView(seed: Seed, comment: StoredComment): components["schemas"]["issue-comment"] {
  const repository = repositoryUrl(seed);
  const issue = `${repository}/issues/${comment.issue}`;
  return {
    id: comment.id,
    node_id: nodeId("IssueComment", comment.id),
    url: `${repository}/issues/comments/${comment.id}`,
    html_url: `${repositoryPage(seed)}/issues/${comment.issue}#issuecomment-${comment.id}`,
    issue_url: issue,
    body: comment.body,
    user: simpleUserNamed(seed, comment.login),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: "NONE",
  };
}
