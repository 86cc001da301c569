import { GitHubClient } from "@ghrunners/core/github/client";
import type { Repository } from "@ghrunners/core/github/repository";
import { findIssue, openIssue } from "@ghrunners/core/github/issues";
import type { Tracker } from "./send";

/** @param token may read and write issues */
export async function githubTracker(repository: Repository, token: string): Promise<Tracker> {
  const client = new GitHubClient(repository, token);
  return {
    find: (label, marker) => findIssue(client, label, marker),
    open: (issue) => openIssue(client, issue),
  };
}
