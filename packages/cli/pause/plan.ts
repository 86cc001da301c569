/** Decides which pause of deployments is written. Pure. */
import { pauseOf, type Pause } from "@ghrunners/failover/choice/pause";
import { WrongUse } from "../command";
import { secondsOf } from "../duration";

const LONGEST_DAYS = 31;
const DAY_MS = 86_400_000;

/** Options of `ghrunners pause` that say why and how long. */
export interface Asked {
  readonly note: string;
  readonly for?: string;
  readonly until?: string;
}

/** RFC 3339, with seconds or without them. Without a zone it would be another moment on each machine. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

function endOf({ for: duration, until }: Asked, now: Date): Date {
  if ((duration === undefined) === (until === undefined))
    throw new WrongUse(
      "A pause needs an end. Expected either --for, such as 2h, or --until, such as 2027-01-04T08:00Z.",
    );
  if (duration !== undefined) return new Date(now.getTime() + secondsOf(duration, "a pause", LONGEST_DAYS) * 1000);
  const end = INSTANT.test(until ?? "") ? Date.parse(until ?? "") : NaN;
  if (end > now.getTime() && end <= now.getTime() + LONGEST_DAYS * DAY_MS) return new Date(end);
  throw new WrongUse(
    `--until is "${until}". Expected a time with its zone, such as 2027-01-04T08:00:00Z, after now ` +
      `(${now.toISOString()}) and within ${LONGEST_DAYS} days.`,
  );
}

/** @throws WrongUse that names every option that cannot be used */
export function pauseFrom(asked: Asked, environment: string, by: string, now: Date): Pause {
  const problems: string[] = [];
  const note = asked.note.trim();
  if (note === "" || note.length > 200 || /[\r\n]/.test(note))
    problems.push(`--note has ${note.length} characters. Expected one line of 1 to 200 that says why.`);
  let until = now;
  try {
    until = endOf(asked, now);
  } catch (error) {
    problems.push((error as Error).message);
  }
  if (problems.length > 0) throw new WrongUse(problems.join("\n"));
  return { environment, until: until.toISOString(), note, by };
}

/**
 * The pauses with this one in place of its environment's.
 * @throws Error if the pause that is on ends later: another person may rely on it
 */
export function withPause(pauses: readonly Pause[], pause: Pause): Pause[] {
  const old = pauseOf(pauses, pause.environment);
  if (old !== undefined && Date.parse(old.until) > Date.parse(pause.until))
    throw new Error(
      `Deployments to ${old.environment} are already paused for longer, until ${old.until}: ${old.note} (by ${old.by}). ` +
        "Nothing was changed. Next: ghrunners resume, then the same command, if the earlier end is right",
    );
  return [...withoutPause(pauses, pause.environment), pause];
}

/** The pauses of the other environments. */
export const withoutPause = (pauses: readonly Pause[], environment: string): Pause[] =>
  pauses.filter((each) => each.environment.toLowerCase() !== environment.toLowerCase());
