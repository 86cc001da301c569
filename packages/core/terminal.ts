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
