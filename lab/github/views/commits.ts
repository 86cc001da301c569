import type { components } from "@octokit/openapi-types";
import type { Commit, Ref } from "../repository/repository";
import type { Seed } from "../seed";
import { nodeId, simpleUserNamed } from "./accounts";
import { repositoryPage, repositoryUrl } from "./repository";

type Schemas = components["schemas"];

export function commitView(seed: Seed, commit: Commit): Schemas["commit"] {
  const url = repositoryUrl(seed);
  const { sha, treeSha, parents, author, committer, message } = commit;
  const account = (name: string) =>
    [seed.owner, ...seed.users].some(({ login }) => login === name) ? simpleUserNamed(seed, name) : null;
  return {
    url: `${url}/commits/${sha}`,
    sha,
    node_id: nodeId("Commit", seed.repository.id),
    html_url: `${repositoryPage(seed)}/commit/${sha}`,
    comments_url: `${url}/commits/${sha}/comments`,
    commit: {
      url: `${url}/git/commits/${sha}`,
      author,
      committer,
      message,
      comment_count: 0,
      tree: { sha: treeSha, url: `${url}/git/trees/${treeSha}` },
    },
    author: account(author.name),
    committer: account(committer.name),
    parents: parents.map((parent) => ({
      sha: parent,
      url: `${url}/commits/${parent}`,
      html_url: `${repositoryPage(seed)}/commit/${parent}`,
    })),
  };
}

const protectionOf = (self: string) => ({
  protected: false,
  protection: { enabled: false },
  protection_url: `${self}/protection`,
});

export function shortBranchView(seed: Seed, name: string, { commit }: Ref): Schemas["short-branch"] {
  const url = repositoryUrl(seed);
  return { name, commit: { sha: commit, url: `${url}/commits/${commit}` }, ...protectionOf(`${url}/branches/${name}`) };
}

export function branchView(seed: Seed, name: string, commit: Commit): Schemas["branch-with-protection"] {
  const self = `${repositoryUrl(seed)}/branches/${name}`;
  return {
    name,
    commit: commitView(seed, commit),
    _links: { html: `${repositoryPage(seed)}/tree/${name}`, self },
    ...protectionOf(self),
  };
}

export function refView(seed: Seed, { name, sha, type }: Ref): Schemas["git-ref"] {
  const url = repositoryUrl(seed);
  return {
    ref: name,
    node_id: nodeId("Ref", seed.repository.id),
    url: `${url}/git/${name}`,
    object: { type, sha, url: `${url}/git/${type}s/${sha}` },
  };
}
