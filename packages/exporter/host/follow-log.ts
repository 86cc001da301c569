/**
 * Reads what was added to the listener's log since the last read. Jobs run as the listener's own user and can put
 * anything into the folder: so no name, type, size or time is trusted, and no read blocks or grows without limit.
 */
import { closeSync, constants, fstatSync, opendirSync, openSync, readSync } from "node:fs";
import path from "node:path";
import * as z from "zod";

/** How far one page was read. */
const pagePlace = z.object({
  /** Name of the page; the names of the pages sort by time. */
  page: z.string(),
  /** Bytes of it that were read, whole lines only. */
  offset: z.number(),
  /** The place is inside a line that is too long: the rest of that line is skipped. */
  inLongLine: z.boolean().optional(),
  /** When it was last seen to grow, seconds since 1970. */
  grownAt: z.number(),
});
type PagePlace = z.output<typeof pagePlace>;

/**
 * How far the log was read. Every page that still grows is followed, not only the newest: each start of the runner's
 * program begins a page, even one that only prints the version, and the listener continues to write to its own.
 */
export const logPosition = z.object({
  /** Pages with a later name are new. */
  since: z.string(),
  pages: z.array(pagePlace),
});
export type LogPosition = z.output<typeof logPosition>;

/**
 * Why something was ignored: not a readable file, a time in the future, a page or a line larger than the runner's, more
 * names than the runner makes.
 */
export const ignoredReasons = ["no_file", "future", "too_large", "too_long", "too_many"] as const;
export type IgnoredReason = (typeof ignoredReasons)[number];
export type Ignored = Partial<Record<IgnoredReason, number>>;

/** Result of one read. */
export interface LogRead {
  readonly lines: string[];
  readonly place: LogPosition;
  readonly ignored: Ignored;
}

/** Maximum number of bytes per read; the rest is read the next time. */
const LOOK_BYTES = 2 ** 20;
/** The runner begins a new page at 8 MiB. */
const PAGE_BYTES = 64 * 2 ** 20;
const LONGEST_LINE = 64 * 2 ** 10;
/** The runner keeps its pages, and those of its workers, for 30 days. */
const MOST_NAMES = 100_000;
/** Number of pages followed at once; beyond it, those that have not grown for the longest time are dropped. */
const FOLLOWED = 64;
/** A clock correction is at most this large, seconds. */
const FUTURE_SECONDS = 300;
const PAGE_NAME = /^Runner_(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-utc\.log$/;
const NEWLINE = 0x0a;

export const isFuture = (at: number, now: number): boolean => at > now + FUTURE_SECONDS;

function count(ignored: Ignored, reason: IgnoredReason, by = 1): void {
  if (by > 0) ignored[reason] = (ignored[reason] ?? 0) + by;
}

/** Time in the name of a page, seconds since 1970; undefined for a name of another form, NaN for no time. */
function pageTime(name: string): number | undefined {
  const match = PAGE_NAME.exec(name);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1);
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) / 1000;
}

/** Names of the pages in their order. None before the listener's first start. */
function pagesOf(folder: string, now: number, ignored: Ignored): string[] {
  const pages: string[] = [];
  let names = 0;
  try {
    const open = opendirSync(folder);
    try {
      for (let entry = open.readSync(); entry !== null; entry = open.readSync()) {
        names += 1;
        if (names > MOST_NAMES) break;
        const time = pageTime(entry.name);
        if (time === undefined) continue;
        if (Number.isNaN(time) || isFuture(time, now)) count(ignored, "future");
        else pages.push(entry.name);
      }
    } finally {
      open.closeSync();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  if (names > MOST_NAMES) count(ignored, "too_many");
  return pages.sort();
}

interface LogChunk {
  readonly bytes: Buffer;
  /** Of the whole page. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly writtenAt: number;
}

/** Bytes of a page; undefined if it is not a readable file. It never blocks and follows no link. */
function readPage(file: string, offset: number, limit: number): LogChunk | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch {
    return undefined;
  }
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) return undefined;
    const buffer = Buffer.alloc(Math.max(0, Math.min(limit, status.size - offset)));
    const read = readSync(descriptor, buffer, 0, buffer.length, offset);
    return { bytes: buffer.subarray(0, read), size: status.size, writtenAt: Math.floor(status.mtimeMs / 1000) };
  } finally {
    closeSync(descriptor);
  }
}

interface Split {
  readonly lines: string[];
  /** Bytes that need not be read again. */
  readonly consumed: number;
  readonly inLongLine: boolean;
}

/** Whole lines of a piece of a page. The rest is left for later, unless it is too long to be a line. */
function split(bytes: Buffer, wasInLongLine: boolean, ignored: Ignored): Split {
  let start = 0;
  if (wasInLongLine) {
    const end = bytes.indexOf(NEWLINE);
    if (end === -1) return { lines: [], consumed: bytes.length, inLongLine: true };
    start = end + 1;
  }
  const stop = bytes.lastIndexOf(NEWLINE) + 1;
  const whole =
    stop <= start
      ? []
      : bytes
          .subarray(start, stop - 1)
          .toString("utf8")
          .split("\n");
  const lines = whole.filter((line) => line.length <= LONGEST_LINE);
  count(ignored, "too_long", whole.length - lines.length);
  const consumed = Math.max(start, stop);
  if (bytes.length - consumed <= LONGEST_LINE) return { lines, consumed, inLongLine: false };
  count(ignored, "too_long");
  return { lines, consumed: bytes.length, inLongLine: true };
}

/** The pages that are still followed. */
function followed(since: string, pages: readonly PagePlace[], ignored: Ignored): LogPosition {
  const kept = [...pages].sort((a, b) => b.grownAt - a.grownAt).slice(0, FOLLOWED);
  count(ignored, "too_many", pages.length - kept.length);
  const names = [since, ...pages.map(({ page }) => page)].sort();
  return { since: names.at(-1) ?? "", pages: kept.sort((a, b) => (a.page < b.page ? -1 : 1)) };
}

/**
 * Whole lines after the place, and the place after them.
 * @param now seconds since 1970
 * @throws Error when the folder cannot be read
 */
export function linesSince(folder: string, place: LogPosition, now: number): LogRead {
  // A place recorded while the clock was ahead would hide every page until that time.
  if (isFuture(pageTime(place.since) ?? 0, now)) return { ...endOfLog(folder, now), lines: [] };
  const ignored: Ignored = {};
  const lines: string[] = [];
  const known = new Map(place.pages.map((one) => [one.page, one]));
  const reached: PagePlace[] = [];
  let { since } = place;
  let left = LOOK_BYTES;
  for (const page of pagesOf(folder, now, ignored).filter((name) => known.has(name) || name > place.since)) {
    const before = known.get(page) ?? { page, offset: 0, grownAt: now };
    // The rest of the pages is read the next time.
    if (left <= 0) {
      if (known.has(page)) reached.push(before);
      continue;
    }
    const { offset, inLongLine = false } = before;
    const piece = readPage(path.join(folder, page), offset, Math.min(left, Math.max(0, PAGE_BYTES - offset)));
    if (piece === undefined) {
      count(ignored, "no_file");
      continue;
    }
    if (piece.size > PAGE_BYTES) count(ignored, "too_large");
    const found = split(piece.bytes, inLongLine, ignored);
    for (const line of found.lines) lines.push(line);
    const grownAt = piece.bytes.length > 0 ? now : before.grownAt;
    const after = { page, offset: offset + found.consumed, grownAt };
    reached.push(found.inLongLine ? { ...after, inLongLine: true } : after);
    if (page > since) since = page;
    left -= piece.bytes.length;
  }
  return { lines, place: followed(since, reached, ignored), ignored };
}

/**
 * The end of the log: nothing before it is counted. The lines are the last ones of the page that was written to last.
 * @param now seconds since 1970
 */
export function endOfLog(folder: string, now: number): LogRead {
  const ignored: Ignored = {};
  const pages: PagePlace[] = [];
  let last: { readonly writtenAt: number; readonly lines: string[] } = { writtenAt: -1, lines: [] };
  for (const page of pagesOf(folder, now, ignored).reverse().slice(0, FOLLOWED)) {
    const file = path.join(folder, page);
    const size = Math.min(readPage(file, 0, 0)?.size ?? 0, PAGE_BYTES);
    const start = Math.max(0, size - LOOK_BYTES);
    const piece = readPage(file, start, size - start);
    if (piece === undefined) {
      count(ignored, "no_file");
      continue;
    }
    const { lines, consumed, inLongLine } = split(piece.bytes, false, ignored);
    const place = { page, offset: start + consumed, grownAt: piece.writtenAt };
    pages.push(inLongLine ? { ...place, inLongLine } : place);
    if (piece.writtenAt > last.writtenAt) last = { writtenAt: piece.writtenAt, lines };
  }
  return { lines: last.lines, place: followed("", pages, ignored), ignored };
}
