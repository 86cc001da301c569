import type { components } from "@octokit/openapi-types";
import type { StoredIssue } from "../model";
import type { Seed } from "../seed";
import { nodeId, simpleUserNamed } from "./accounts";
import { repositoryPage, repositoryUrl } from "./repository";

type IssueView = components["schemas"]["issue"];

/** GitHub gives a label without a colour of its own this one. */
const LABEL_COLOUR = "ededed";

export function issueView(seed: Seed, issue: StoredIssue): IssueView {
  const repository = repositoryUrl(seed);
  const url = `${repository}/issues/${issue.number}`;
  return {
    id: issue.id,
    node_id: nodeId("Issue", issue.id),
    number: issue.number,
    url,
    repository_url: repository,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: `${repositoryPage(seed)}/issues/${issue.number}`,
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
    comments: 0,
    closed_at: issue.closedAt,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    author_association: "NONE",
  };
}
