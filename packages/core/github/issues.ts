/** Issues of one repository, as far as incidents need them. */
import type { GitHubClient } from "./client";

export interface OpenedIssue {
  readonly number: number;
  readonly url: string;
}

const PAGE = 100;
/** A repository with more incidents than this has other problems; GitHub lists the newest first. */
const PAGES = 20;

/** The issue with this label, open or closed, whose text contains the marker. */
export async function findIssue(
  client: Pick<GitHubClient, "call">,
  label: string,
  marker: string,
): Promise<OpenedIssue | undefined> {
  for (let page = 1; page <= PAGES; page += 1) {
    const issues = await client.call("list the issues", (octokit, names) =>
      octokit.rest.issues.listForRepo({ ...names, labels: label, state: "all", per_page: PAGE, page }),
    );
    const found = issues.find(({ body, pull_request: pull }) => pull === undefined && body?.includes(marker));
    if (found !== undefined) return { number: found.number, url: found.html_url };
    if (issues.length < PAGE) return undefined;
  }
  return undefined;
}

/**
 * One attempt, because a retry could open a second issue. After a failure only another search shows whether GitHub
 * created it.
 */
export async function openIssue(
  client: Pick<GitHubClient, "once">,
  issue: { readonly title: string; readonly body: string; readonly labels: readonly string[] },
): Promise<OpenedIssue> {
  const { number, html_url: url } = await client.once("open an issue", (octokit, names) =>
    octokit.rest.issues.create({ ...names, ...issue, labels: [...issue.labels] }),
  );
  return { number, url };
}
