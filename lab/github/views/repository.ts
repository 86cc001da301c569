import type { components } from "@octokit/openapi-types";
import type { Seed } from "../seed";
import { apiUrl, nodeId, simpleUser } from "./accounts";

type Schemas = components["schemas"];

export const repositoryUrl = (seed: Seed): string => `${apiUrl(seed)}/repos/${fullName(seed)}`;
export const repositoryPage = (seed: Seed): string => `${seed.publicUrl}/${fullName(seed)}`;
export const fullName = (seed: Seed): string => `${seed.owner.login}/${seed.repository.name}`;

/** The part that GitHub embeds in other objects. */
export function simpleRepository(seed: Seed): Schemas["simple-repository"] {
  const url = repositoryUrl(seed);
  const { id, name } = seed.repository;
  return {
    id,
    node_id: nodeId("Repository", id),
    name,
    full_name: fullName(seed),
    private: seed.repository.private,
    owner: simpleUser(seed, seed.owner),
    html_url: repositoryPage(seed),
    description: "The laboratory's repository",
    fork: false,
    url,
    archive_url: `${url}/{archive_format}{/ref}`,
    assignees_url: `${url}/assignees{/user}`,
    blobs_url: `${url}/git/blobs{/sha}`,
    branches_url: `${url}/branches{/branch}`,
    collaborators_url: `${url}/collaborators{/collaborator}`,
    comments_url: `${url}/comments{/number}`,
    commits_url: `${url}/commits{/sha}`,
    compare_url: `${url}/compare/{base}...{head}`,
    contents_url: `${url}/contents/{+path}`,
    contributors_url: `${url}/contributors`,
    deployments_url: `${url}/deployments`,
    downloads_url: `${url}/downloads`,
    events_url: `${url}/events`,
    forks_url: `${url}/forks`,
    git_commits_url: `${url}/git/commits{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    hooks_url: `${url}/hooks`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    issue_events_url: `${url}/issues/events{/number}`,
    issues_url: `${url}/issues{/number}`,
    keys_url: `${url}/keys{/key_id}`,
    labels_url: `${url}/labels{/name}`,
    languages_url: `${url}/languages`,
    merges_url: `${url}/merges`,
    milestones_url: `${url}/milestones{/number}`,
    notifications_url: `${url}/notifications{?since,all,participating}`,
    pulls_url: `${url}/pulls{/number}`,
    releases_url: `${url}/releases{/id}`,
    stargazers_url: `${url}/stargazers`,
    statuses_url: `${url}/statuses/{sha}`,
    subscribers_url: `${url}/subscribers`,
    subscription_url: `${url}/subscription`,
    tags_url: `${url}/tags`,
    teams_url: `${url}/teams`,
    trees_url: `${url}/git/trees{/sha}`,
  };
}

export function fullRepository(seed: Seed, createdAt: string, isAdmin: boolean): Schemas["full-repository"] {
  const page = repositoryPage(seed);
  const { host } = new URL(seed.publicUrl);
  return {
    ...simpleRepository(seed),
    git_url: `git://${host}/${fullName(seed)}.git`,
    ssh_url: `git@${host}:${fullName(seed)}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    open_issues: 0,
    open_issues_count: 0,
    network_count: 0,
    subscribers_count: 0,
    size: 0,
    default_branch: seed.repository.defaultBranch,
    topics: [],
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    archived: false,
    disabled: false,
    visibility: seed.repository.private ? "private" : "public",
    pushed_at: createdAt,
    created_at: createdAt,
    updated_at: createdAt,
    permissions: { admin: isAdmin, maintain: isAdmin, push: true, triage: true, pull: true },
    allow_rebase_merge: true,
    allow_squash_merge: true,
    allow_merge_commit: true,
    allow_auto_merge: false,
    allow_update_branch: false,
    delete_branch_on_merge: false,
    allow_forking: false,
    web_commit_signoff_required: false,
    is_template: false,
  };
}

/** As lists of an organization's repositories have it. */
export function listedRepository(seed: Seed, createdAt: string): Schemas["repository"] {
  return { ...fullRepository(seed, createdAt, true), has_downloads: true, temp_clone_token: "" };
}
