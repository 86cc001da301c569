import { errorText } from "@ghrunners/core/terminal";

/** The command was called in a way it does not know. Its message is what a person reads: the help, or what was expected. */
export class WrongUse extends Error {}

/** Node's parseArgs refuses options by errors with these codes. Source: Node, util.parseArgs. */
function isWrongUse(error: unknown): boolean {
  // Some libraries number their errors.
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return error instanceof WrongUse || code.startsWith("ERR_PARSE_ARGS");
}

/**
 * Runs an operator's command to its end and sets the exit code: what it answers, 1 when it failed, 2 for wrong use.
 * Errors are said on standard error.
 */
export function runCommand(main: () => Promise<number>): void {
  main().then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
      const text = error instanceof WrongUse ? error.message.trimEnd() : errorText(error);
      process.stderr.write(`${text}\n`);
      process.exitCode = isWrongUse(error) ? 2 : 1;
    },
  );
}
