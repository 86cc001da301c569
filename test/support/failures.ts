/** What failed, for the end of a run of thousands of tests. Pure. */

/** A test, a hook or a check that failed. */
export interface TestFailure {
  /** Test file, relative to the project, or what was checked. */
  readonly file: string;
  readonly title: string;
  /** The error's text, or what the check printed. */
  readonly text: string;
}

/** The whole text stands further up, where it happened. */
const LINES = 12;

/** Lines for the end of a run: each failure with the beginning of its text; none when nothing failed. */
export function failures(all: readonly TestFailure[]): string[] {
  if (all.length === 0) return [];
  return [
    "",
    "Failed:",
    ...all.flatMap(({ file, title, text }) => {
      const lines = text.trimEnd().split("\n");
      const shown = lines.slice(0, LINES).map((line) => `      ${line}`.trimEnd());
      const left = lines.length - shown.length;
      return [`  ✘ ${file}: ${title}`, ...shown, ...(left > 0 ? [`      ... and ${left} more lines above`] : [])];
    }),
  ];
}
