import pc from "picocolors";

/** One line of progress on standard error, so that standard output stays for results. */
export function note(line: string): void {
  process.stderr.write(`${pc.dim("·")} ${line}\n`);
}

/** What a person should read of an error: its message; the stack only when GHRUNNERS_DEBUG is set. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return process.env.GHRUNNERS_DEBUG ? (error.stack ?? error.message) : `${pc.red("Error:")} ${error.message}`;
}

/**
 * A reader that ends early, such as `head`, is no failure: a program whose standard output is closed ends then, with exit
 * code 0, and one whose progress nobody reads any more goes on in silence.
 * @param end what to do instead of ending at once, for a program that must take something down first
 */
export function endQuietlyWhenNobodyReads(end: () => void = () => process.exit(0)): void {
  const onClosed = (then: () => void) => (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    then();
  };
  process.stdout.on("error", onClosed(end));
  process.stderr.on(
    "error",
    onClosed(() => undefined),
  );
}
