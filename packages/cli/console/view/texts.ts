/** Texts and addresses that every view of the page needs. Pure. */
import type { SnapshotPart } from "../snapshot";

/** How good something is. `unknown` is a state of its own: what was not seen is neither good nor bad. */
export type StateTone = "good" | "warning" | "bad" | "unknown" | "neutral";

/** A word with its tone. The page shows a sign beside it, so that colour alone says nothing. */
export interface ShownState {
  readonly tone: StateTone;
  readonly text: string;
}

export const mark = (tone: StateTone, text: string): ShownState => ({ tone, text });

/** A span of time in whole seconds, minutes, hours or days: `45 s`, `3 min`, `5 h`, `2 d`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return `${Math.round(whole / 60)} min`;
  return whole < 172_800 ? `${Math.round(whole / 3600)} h` : `${Math.round(whole / 86_400)} d`;
}

/** `3 s ago`. @param from RFC 3339 */
export const ago = (from: string, at: Date): string => `${span((at.getTime() - Date.parse(from)) / 1000)} ago`;

/** `2026-01-31 08:15:04 UTC` */
export const moment = (time: string): string => `${time.slice(0, 19).replace("T", " ")} UTC`;

/** An address that a link may have, or undefined: a label or a record must not bring `javascript:` into the page. */
export function linkTo(text: string): string | undefined {
  return /^https?:\/\/\S+$/.test(text) ? text : undefined;
}

/**
 * Address of a runbook.
 * @param file as messages name it, such as `docs/runbooks/offline-restore.md#noauthorisedcapacity`
 */
export function runbookLink(file: string, base: string): string | undefined {
  const [, page] = /^docs\/runbooks\/(\S+)$/.exec(file) ?? [];
  return page === undefined ? linkTo(file) : linkTo(`${base}/${page}`);
}

/** How old a part is, and what is wrong with it. */
export function freshness(part: SnapshotPart<unknown>, at: Date): ShownState {
  const since = part.at === null ? "" : ago(part.at, at);
  switch (part.state) {
    case "loading":
      return mark("unknown", "being read");
    case "off":
      return mark("neutral", part.problem ?? "this stack has none");
    case "read":
      return mark("good", `read ${since}`);
    case "failed":
      return mark("bad", `cannot be read${since === "" ? "" : `, shown as ${since}`}: ${part.problem ?? "no answer"}`);
  }
}
