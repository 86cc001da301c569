/** The result of `ghrunners upkeep` as text. Pure. */
import pc from "picocolors";
import { textTable } from "@ghrunners/core/text-table";
import type { UpkeepItem, UpkeepReport } from "./finding";

const marks: Readonly<Record<UpkeepItem["state"], string>> = {
  current: pc.green("current"),
  newer: pc.yellow("newer"),
  "by-hand": pc.yellow("newer, by hand"),
  unwatched: pc.dim("not watched"),
  unknown: pc.red("unknown"),
};

type ProposalState = NonNullable<UpkeepReport["proposal"]>["state"];

const done: Readonly<Record<ProposalState, string>> = {
  nothing: "Nothing to propose. Nothing was changed.",
  open: "The pull request has exactly this already. Nothing was changed.",
  opened: "Opened a pull request.",
  updated: "Updated the pull request.",
  declined: "The same was proposed before, and closed without a merge. Nothing was changed.",
};

/** 1: something is left to do for this command, or is not known. */
export function upkeepExitCode({ items, proposal }: Pick<UpkeepReport, "items" | "proposal">): number {
  const has = (...states: UpkeepItem["state"][]): boolean => items.some(({ state }) => states.includes(state));
  return has("unknown") || (proposal === null && has("newer", "by-hand")) ? 1 : 0;
}

/** @param propose the command that opens the pull request; undefined where none may be opened */
export function renderUpkeep({ stack, file, items, followers, proposal }: UpkeepReport, propose?: string): string {
  const cells = items.map(({ what, now, newest, due, state, source }) => [
    `  ${what}`,
    now ?? "-",
    newest ?? "-",
    due?.slice(0, 10) ?? "-",
    marks[state],
    source ?? "-",
  ]);
  const notes = items.flatMap(({ what, dueBecause, note }) =>
    [dueBecause, note].flatMap((text) => (text === null ? [] : [`  ${what}: ${text}`])),
  );
  const pinned = followers.flatMap(({ stack: name, pins }) =>
    pins.length === 0 ? [] : [`  ${name}: its own file names ${pins.join(" and ")}, which this does not raise`],
  );
  const isNewer = items.some(({ state }) => state === "newer");
  const next = ((): string[] => {
    if (proposal !== null) {
      const what = proposal.state === "declined" ? "if it is wanted after all, reopen" : "review and merge";
      const { pullRequest } = proposal;
      return [done[proposal.state], ...(pullRequest === null ? [] : [`Next: ${what} ${pullRequest.url}`])];
    }
    if (!isNewer) return ["Nothing was changed."];
    return ["Nothing was changed.", ...(propose === undefined ? [] : [`Next: ${propose}`])];
  })();
  return [
    pc.bold(`${stack}: what ${file} pins`),
    ...textTable([["  what", "now", "newest", "due by", "state", "source"], ...cells]),
    ...notes,
    ...pinned,
    "",
    ...next,
    "",
  ].join("\n");
}
