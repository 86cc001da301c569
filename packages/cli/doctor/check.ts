/**
 * Checks as data: what each of them needs, and what follows where an earlier one failed. Pure.
 */
import type { Described } from "@ghrunners/core/schema";
import type { checkResultSchema } from "./schema";
import type { DoctorStage } from "./stages";

/** The result of one check, as `ghrunners doctor --json` prints it. */
export type CheckedFact = Described<typeof checkResultSchema>;

/** What a check found out. */
export interface DoctorVerdict {
  /** `unknown`: the fact could not be read, which is never taken for good. */
  readonly state: "ok" | "warning" | "problem" | "unknown";
  readonly seen: string;
  /** Default: what the check expects. */
  readonly expected?: string | undefined;
  /** The command that fixes it; undefined where nothing has to be done. */
  readonly next?: string | undefined;
  /** A warning after which the checks that need this one cannot be judged. */
  readonly blocks?: boolean;
}

export interface DoctorCheck {
  /** Stable name, such as `runner-disk`. */
  readonly id: string;
  readonly stage: DoctorStage;
  /** The runner, target or secret that it is about; absent where there is only one. */
  readonly subject?: string;
  readonly expected: string;
  /** Keys ({@link keyOf}) of the checks without which this one cannot be judged. */
  readonly needs: readonly string[];
  /** Several verdicts where several things are wrong. Called only if everything that it needs is there. */
  readonly judge: () => DoctorVerdict | readonly DoctorVerdict[];
}

/** @example keyOf({ id: "runner-ssh", subject: "runner-1" }) // "runner-ssh runner-1" */
export const keyOf = ({ id, subject }: { readonly id: string; readonly subject?: string | null }): string =>
  subject === undefined || subject === null ? id : `${id} ${subject}`;

export const ok = (seen: string): DoctorVerdict => ({ state: "ok", seen });
export const problem = (seen: string, next: string, expected?: string): DoctorVerdict => ({
  state: "problem",
  seen,
  next,
  expected,
});
export const warning = (seen: string, next: string, expected?: string): DoctorVerdict => ({
  state: "warning",
  seen,
  next,
  expected,
});
export const unknown = (seen: string, next: string, expected?: string): DoctorVerdict => ({
  state: "unknown",
  seen,
  next,
  expected,
});

/** Text before and after the first match. */
function cut(text: string, at: RegExp): [string, string | undefined] {
  const match = at.exec(text);
  return match === null ? [text, undefined] : [text.slice(0, match.index), text.slice(match.index + match[0].length)];
}

/**
 * The parts of this project's messages: what was seen, what was expected, the next command.
 * @example inParts("the node pve1 is off. Expected it online. Next: start it").next // "start it"
 */
export function inParts(message: string): Pick<DoctorVerdict, "seen" | "expected" | "next"> {
  const [before, next] = cut(message, /[.:,;]?\s+Next: /);
  const [seen, expected] = cut(before, /[.:,;]?\s+[Ee]xpected:? /);
  return { seen: seen.trim(), expected: expected?.trim(), next: next?.trim() };
}

/** A verdict in the words of a message of this project. */
export function fromMessage(
  state: "warning" | "problem" | "unknown",
  message: string,
  otherwise: string,
): DoctorVerdict {
  const { seen, expected, next = otherwise } = inParts(message);
  return { state, seen, expected, next };
}

const failed = ["problem", "unknown"];

/**
 * Judges checks in their order. One whose need failed is skipped, and names the check at which that began. A cause that
 * an earlier check has reported as unknown is not reported again.
 */
export function judgeAll(checks: readonly DoctorCheck[]): CheckedFact[] {
  const results: CheckedFact[] = [];
  /** By the key of a check after which others cannot be judged, the key of the one at which that began. */
  const causes = new Map<string, string>();
  for (const check of checks) {
    const { id, stage, subject = null, expected, needs, judge } = check;
    const about = { id, stage, subject, expected };
    const key = keyOf(check);
    const skip = (because: string): void => {
      causes.set(key, because);
      results.push({ ...about, state: "skipped", seen: null, next: null, because });
    };
    const cause = needs.map((need) => causes.get(need)).find((found) => found !== undefined);
    if (cause !== undefined) {
      skip(cause);
      continue;
    }
    for (const verdict of [judge()].flat()) {
      const { state, seen, next = null, blocks = failed.includes(state) } = verdict;
      const earlier =
        state === "unknown" ? results.find((other) => other.state === state && other.seen === seen) : undefined;
      if (earlier !== undefined) {
        skip(keyOf(earlier));
        continue;
      }
      if (blocks) causes.set(key, key);
      results.push({ ...about, expected: verdict.expected ?? expected, state, seen, next, because: null });
    }
  }
  return results;
}
