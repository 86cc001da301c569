/** Reads the parts of a bug report. A part that fails or takes too long is listed with the reason; the others go on. */
import type { Described } from "@ghrunners/core/schema";
import { withTimeLimit } from "@ghrunners/core/time-limit";
import type { ArchiveFile } from "./archive";
import { redact, type KnownSecret } from "./redact";
import type { supportReportSchema } from "./schema";

type Report = Described<typeof supportReportSchema>;

/** One file of the archive. */
export interface ReportPart {
  /** Path in the archive. */
  readonly file: string;
  readonly what: string;
  /** Whether it holds names and no values, see {@link redact}. Default: false. */
  readonly namesOnly?: boolean;
  readonly read: () => Promise<string>;
}

export interface Collected {
  readonly files: readonly ArchiveFile[];
  readonly parts: Report["parts"];
  readonly missing: Report["missing"];
}

const LIMIT_MS = 120_000;
/** Of one file, characters: the newest lines matter most. */
const LONGEST = 512 * 1024;

/** The end of a text, from the beginning of a line. */
function endOf(text: string): string {
  const end = text.slice(-LONGEST);
  return end.slice(end.indexOf("\n") + 1);
}

/** Reads one part and redacts it. */
async function readPart(
  { file, what, read, namesOnly }: ReportPart,
  secrets: readonly KnownSecret[],
  limitMs: number,
): Promise<{ text: string; part: Report["parts"][number] } | { missing: Report["missing"][number] }> {
  try {
    const whole = await withTimeLimit(read(), limitMs, () => new Error(`no answer within ${limitMs / 1000} s`));
    const cut = whole.length > LONGEST;
    // Cut before the search, at the beginning of a line: half a secret would match no pattern.
    const { text, count } = redact(cut ? endOf(whole) : whole, secrets, namesOnly);
    return { text, part: { file, what, bytes: Buffer.byteLength(text), redactions: count, cut } };
  } catch (error) {
    return { missing: { file, what, reason: redact((error as Error).message, secrets).text } };
  }
}

/** Reads all parts in parallel. @param secrets the stack's own, by their values @param limitMs for each part */
export async function collect(
  parts: readonly ReportPart[],
  secrets: readonly KnownSecret[],
  limitMs = LIMIT_MS,
): Promise<Collected> {
  const read = await Promise.all(parts.map((part) => readPart(part, secrets, limitMs)));
  const done = read.flatMap((each) => ("part" in each ? [each] : []));
  return {
    files: done.map(({ text, part }) => ({ file: part.file, text })),
    parts: done.map(({ part }) => part),
    missing: read.flatMap((each) => ("missing" in each ? [each.missing] : [])),
  };
}
