import pc from "picocolors";

/** Writes one line of progress to standard error, so that standard output stays free for results. */
export function note(line: string): void {
  process.stderr.write(`${pc.dim("·")} ${line}\n`);
}

/** The part of an error that a user should read: its message; the stack only if GHRUNNERS_DEBUG is set. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return process.env.GHRUNNERS_DEBUG ? (error.stack ?? error.message) : `${pc.red("Error:")} ${error.message}`;
}

/**
 * A reader that ends early, such as `head`, is not a failure: if standard output is closed, the program ends with exit
 * code 0; if standard error is closed, it goes on without showing progress.
 * @param end replaces the immediate exit, for a program that must clean up first
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
