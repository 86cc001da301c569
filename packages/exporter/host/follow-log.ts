/**
 * Reads what was added to the listener's log since the last look.
 */
import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import path from "node:path";
import * as z from "zod";

/** Up to where the log was read. */
export const logPlace = z.object({
  /** Name of the page; the names of the pages sort by time. */
  page: z.string(),
  /** Bytes of it that were read, whole lines only. */
  offset: z.number(),
});
export type LogPlace = z.output<typeof logPlace>;

/** A page is at most 8 MiB; more than that is read at the next look. */
const LOOK_BYTES = 2 ** 20;

/** None before the listener's first start. */
function pagesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^Runner_.*\.log$/.test(name))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function readFrom(file: string, offset: number, limit: number): { text: string; size: number } {
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.max(0, Math.min(limit, size - offset)));
    const read = readSync(descriptor, buffer, 0, buffer.length, offset);
    return { text: buffer.toString("utf8", 0, read), size };
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Whole lines after the place, and the place after them.
 * @throws Error when the folder cannot be read
 */
export function linesSince(folder: string, place: LogPlace): { lines: string[]; place: LogPlace } {
  const lines: string[] = [];
  let reached = place;
  for (const page of pagesOf(folder).filter((name) => name >= place.page)) {
    const offset = page === place.page ? place.offset : 0;
    const { text } = readFrom(path.join(folder, page), offset, LOOK_BYTES);
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    lines.push(...whole.split("\n").slice(0, -1));
    reached = { page, offset: offset + Buffer.byteLength(whole) };
    // The rest of this page comes first.
    if (Buffer.byteLength(text) === LOOK_BYTES) break;
  }
  return { lines, place: reached };
}

/** The end of the log: nothing before it is counted. The lines are the last ones before it. */
export function endOfLog(folder: string): { lines: string[]; place: LogPlace } {
  const page = pagesOf(folder).at(-1);
  if (page === undefined) return { lines: [], place: { page: "", offset: 0 } };
  const file = path.join(folder, page);
  const { size } = readFrom(file, 0, 0);
  const start = Math.max(0, size - LOOK_BYTES);
  const { text } = readFrom(file, start, LOOK_BYTES);
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return { lines: whole.split("\n").slice(0, -1), place: { page, offset: start + Buffer.byteLength(whole) } };
}
