import type { RunRecord } from "../workflows/records";

/** GitHub's date ranges: `>=D`, `>D`, `<=D`, `<D`, `D..D` (either may be `*`), or one day. */
export function inDateRange(range: string, time: string): boolean {
  const at = Date.parse(time);
  const [from, to] = range.split("..");
  if (to !== undefined) return (from === "*" || at >= Date.parse(from ?? "")) && (to === "*" || at <= endOf(to));
  const [, sign, date] = /^(>=|<=|>|<)?(.*)$/.exec(range) ?? [];
  if (date === undefined) return false;
  if (sign === ">=") return at >= Date.parse(date);
  if (sign === ">") return at > endOf(date);
  if (sign === "<=") return at <= endOf(date);
  if (sign === "<") return at < Date.parse(date);
  return at >= Date.parse(date) && at <= endOf(date);
}

/** A date without a time means the whole day. */
const endOf = (date: string): number =>
  /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(date) + 86_399_999 : Date.parse(date);

/** The filters that a list of runs takes: actor, branch, event, status (or conclusion), created, head_sha. */
export function selectsRun(query: URLSearchParams): (run: RunRecord) => boolean {
  const asked = (name: string, test: (value: string, run: RunRecord) => boolean): ((run: RunRecord) => boolean) => {
    const value = query.get(name);
    return value === null || value === "" ? () => true : (run) => test(value, run);
  };
  const filters = [
    asked("actor", (actor, run) => run.actor.toLowerCase() === actor.toLowerCase()),
    asked("branch", (branch, run) => run.headBranch === branch),
    asked("event", (event, run) => run.event === event),
    asked("status", (status, run) => run.status === status || run.conclusion === status),
    asked("created", (range, run) => inDateRange(range, run.createdAt)),
    asked("head_sha", (sha, run) => run.headSha === sha),
  ];
  return (run) => filters.every((selects) => selects(run));
}
