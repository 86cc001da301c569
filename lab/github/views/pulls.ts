import type { components } from "@octokit/openapi-types";
import type { PullRequest } from "../repository/pull-requests";
import type { Seed } from "../seed";
import { nodeId, simpleUser, simpleUserNamed } from "./accounts";
import { fullRepository, repositoryPage, repositoryUrl } from "./repository";

type Schemas = components["schemas"];

/** What lists and a single one show. */
function shared(seed: Seed, pullRequest: PullRequest) {
  const { id, number, title, body, state, login, pull, createdAt, updatedAt, closedAt } = pullRequest;
  const repository = repositoryUrl(seed);
  const url = `${repository}/pulls/${number}`;
  const issue = `${repository}/issues/${number}`;
  const page = `${repositoryPage(seed)}/pull/${number}`;
  const statuses = `${repository}/statuses/${pull.headSha}`;
  const end = (ref: string, sha: string) => ({
    label: `${seed.owner.login}:${ref}`,
    ref,
    sha,
    user: simpleUser(seed, seed.owner),
    repo: { ...fullRepository(seed, createdAt, false), has_downloads: true } as Schemas["repository"],
  });
  const link = (href: string) => ({ href });
  return {
    id,
    node_id: nodeId("PullRequest", id),
    url,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issue,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${repository}/pulls/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: statuses,
    number,
    state,
    locked: false,
    title,
    user: simpleUserNamed(seed, login),
    body,
    labels: [],
    milestone: null,
    created_at: createdAt,
    updated_at: updatedAt,
    closed_at: closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeSha,
    assignee: null,
    head: end(pull.head, pull.headSha),
    base: end(pull.base, pull.baseSha),
    _links: {
      comments: link(`${issue}/comments`),
      commits: link(`${url}/commits`),
      statuses: link(statuses),
      html: link(page),
      issue: link(issue),
      review_comments: link(`${url}/comments`),
      review_comment: link(`${repository}/pulls/comments{/number}`),
      self: link(url),
    },
    author_association: "NONE" as const,
    auto_merge: null,
    draft: false,
  };
}

export const pullSimpleView = (seed: Seed, pullRequest: PullRequest): Schemas["pull-request-simple"] =>
  shared(seed, pullRequest);

/** Of what a pull request changes, the emulator counts nothing. */
export function pullView(seed: Seed, pullRequest: PullRequest, comments: number): Schemas["pull-request"] {
  const { pull } = pullRequest;
  return {
    ...shared(seed, pullRequest),
    merged: pull.mergedAt !== null,
    mergeable: pull.mergeSha !== null,
    rebaseable: null,
    mergeable_state: pull.mergeSha === null ? "dirty" : "clean",
    merged_by: null,
    comments,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: 0,
    additions: 0,
    deletions: 0,
    changed_files: 0,
  };
}
