/**
 * Pushes and pull requests: which workflows they start, and what they may. Source: GitHub,
 * "Events that trigger workflows", "Approving runs from forks".
 */
import { z } from "zod";
import type { RepositorySettings } from "../model";
import type { Workflow } from "./model";
import type { RunOrigin } from "./records";

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/);

/** A branch or a tag was pushed. */
export const pushEvent = z.union([
  z.strictObject({ branch: name, login: name }),
  z.strictObject({ tag: name, login: name }),
]);

/** A pull request was opened or got new commits. */
export const pullRequestEvent = z.strictObject({
  number: z.int().positive(),
  /** Branch that it comes from. */
  branch: name,
  /** Whether that branch is in a fork: its author may not write to this repository. */
  fork: z.boolean(),
  login: name,
  /** Nothing of the author was ever merged here. */
  firstTime: z.boolean().default(true),
  action: z.enum(["opened", "synchronize", "reopened"]).default("opened"),
  /** Workflow files that the pull request adds or changes: name below .github/workflows, text. */
  files: z.record(z.string(), z.string()).default({}),
});

export type PushEvent = z.output<typeof pushEvent>;
export type PullRequestEvent = z.output<typeof pullRequestEvent>;

export function pushOrigin(event: PushEvent): RunOrigin {
  const isTag = "tag" in event;
  const short = isTag ? event.tag : event.branch;
  return { event: "push", headBranch: short, ref: `refs/${isTag ? "tags" : "heads"}/${short}`, actor: event.login };
}

/** @param mergeSha the pull request's merge with its base; undefined for a simulated one */
export function pullRequestOrigin(event: PullRequestEvent, base: string, mergeSha?: string): RunOrigin {
  const { number, branch, fork, login, action } = event;
  return {
    event: "pull_request",
    headBranch: branch,
    ref: `refs/pull/${number}/merge`,
    actor: login,
    pullRequest: { number, base, fork, action, ...(mergeSha === undefined ? {} : { mergeSha }) },
  };
}

/** Whether the workflow is started by what happened. */
export function isTriggered(
  { events, filters }: Workflow,
  { event, headBranch, ref, pullRequest }: RunOrigin,
): boolean {
  if (!events.includes(event)) return false;
  const filter = filters[event] ?? {};
  if (pullRequest !== undefined) {
    const types = filter.types ?? ["opened", "synchronize", "reopened"];
    return types.includes(pullRequest.action) && passes(pullRequest.base, filter.branches, filter.branchesIgnore);
  }
  const { branches, branchesIgnore, tags, tagsIgnore } = filter;
  const onBranches = branches !== undefined || branchesIgnore !== undefined;
  const onTags = tags !== undefined || tagsIgnore !== undefined;
  // Who names only branches gets no tags, and the reverse.
  if (ref.startsWith("refs/tags/")) return onTags ? passes(headBranch, tags, tagsIgnore) : !onBranches;
  return onBranches ? passes(headBranch, branches, branchesIgnore) : !onTags;
}

function passes(text: string, only: readonly string[] | undefined, but: readonly string[] | undefined): boolean {
  if (only === undefined) return !(but ?? []).some((pattern) => matchesFilter(pattern, text));
  // Later patterns win; one with an exclamation mark takes away again.
  return only.reduce(
    (in_, pattern) =>
      pattern.startsWith("!") ? in_ && !matchesFilter(pattern.slice(1), text) : in_ || matchesFilter(pattern, text),
    false,
  );
}

/** GitHub's filter patterns: `*` stops at a slash, `**` does not, `?` and `+` repeat what is before them. */
export function matchesFilter(pattern: string, text: string): boolean {
  const source = pattern.replace(/\*\*|\*|[\\^$.|(){}]/g, (part) => {
    if (part === "**") return ".*";
    return part === "*" ? "[^/]*" : `\\${part}`;
  });
  return new RegExp(`^${source}$`).test(text);
}

/** Whether a run needs the approval of a user with write access. */
export function needsApproval(
  policy: RepositorySettings["actions"]["forkPullRequestApproval"],
  event: Pick<PullRequestEvent, "fork" | "firstTime">,
): boolean {
  return event.fork && (policy === "all_external_contributors" || event.firstTime);
}
