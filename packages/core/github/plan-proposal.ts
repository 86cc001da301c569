/**
 * A change of files as a pull request: one branch of ours, with one commit on top of the default branch. What has to be
 * done for it, from what GitHub shows. Pure.
 */
import { gitBlob } from "./git-blob";

export interface ProposedFile {
  /** From the repository's root. */
  readonly path: string;
  readonly content: Buffer;
}

export interface Proposal {
  /** Branch that is ours alone, such as `ghrunners/workflows`. */
  readonly branch: string;
  /** Title of the pull request, and first line of the commit. */
  readonly title: string;
  /** Markdown. */
  readonly body: string;
  readonly files: readonly ProposedFile[];
  /** Ends a refusal: how to try again with another token, such as `ghrunners setup workflows --token-file FILE`. */
  readonly again: string;
}

export interface OpenPull {
  readonly number: number;
  /** Its page. */
  readonly url: string;
}

/** What GitHub shows. Files are git's object ids by path. */
export interface ProposalSeen {
  readonly files: Readonly<Record<string, string>>;
  /** The branch, if there is one of that name. */
  readonly branch?: {
    readonly message: string;
    /** Number of parents of its commit. */
    readonly parents: number;
    /** Whether the default branch's last commit is its parent: else it may have been merged already. */
    readonly onTop: boolean;
    readonly files: Readonly<Record<string, string>>;
  };
  /** The open pull request of the branch. */
  readonly pull?: OpenPull;
}

export type ProposedChange = "add" | "change" | "same";

export type ProposalPlan =
  | { readonly kind: "nothing" }
  /** The pull request is open, with exactly these files. */
  | { readonly kind: "open"; readonly pull: OpenPull }
  | { readonly kind: "refused"; readonly reason: string }
  | {
      readonly kind: "propose";
      /** Files that differ from the default branch. */
      readonly files: readonly ProposedFile[];
      readonly branch: "create" | "replace" | "keep";
      /** Absent: a new one is opened. */
      readonly pull?: OpenPull;
    };

/** Last line of our commit, by which the branch is known as ours. */
const markOf = (branch: string): string => `Proposed-by: ghrunners (${branch})`;

/** Message of our commit. */
export const proposalMessage = ({ title, branch }: Pick<Proposal, "title" | "branch">): string =>
  `${title}\n\n${markOf(branch)}`;

/** How each file stands to the default branch, by path. */
export const changesOf = (
  files: readonly ProposedFile[],
  there: ProposalSeen["files"],
): Readonly<Record<string, ProposedChange>> =>
  Object.fromEntries(
    files.map(({ path, content }) => {
      const seen = there[path];
      return [path, seen === undefined ? "add" : seen === gitBlob(content) ? "same" : "change"];
    }),
  );

/**
 * What to do. A branch whose last commit is not ours is never overwritten: someone else made it, or added to ours.
 * @example planProposal(proposal, { files: {} }).kind // "propose"
 */
export function planProposal({ branch, files }: Proposal, seen: ProposalSeen): ProposalPlan {
  const changes = changesOf(files, seen.files);
  const changed = files.filter(({ path }) => changes[path] !== "same");
  if (changed.length === 0) return { kind: "nothing" };
  const pull = seen.pull === undefined ? {} : { pull: seen.pull };
  if (seen.branch === undefined) return { kind: "propose", files: changed, branch: "create", ...pull };
  const isOurs = seen.branch.parents === 1 && seen.branch.message.trimEnd().endsWith(markOf(branch));
  if (!isOurs)
    return {
      kind: "refused",
      reason:
        `Seen a branch ${branch} with a last commit that this command did not make. Expected no branch of that name, or its ` +
        "own. Nothing was changed. Next: merge or delete that branch at GitHub, then the same command again",
    };
  const held = changesOf(files, seen.branch.files);
  if (files.some(({ path }) => held[path] !== "same"))
    return { kind: "propose", files: changed, branch: "replace", ...pull };
  if (seen.pull !== undefined) return { kind: "open", pull: seen.pull };
  return { kind: "propose", files: changed, branch: seen.branch.onTop ? "keep" : "replace" };
}
