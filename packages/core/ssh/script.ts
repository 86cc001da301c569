/**
 * Runs a script as root on a host.
 */
import { renderScript } from "./render-script";
import type { HostSession } from "./session";

/** A shell script with the name that errors call it by. */
export interface HostScript {
  readonly name: string;
  readonly text: string;
}

/**
 * @param script its verbs are its first argument
 * @param verb the script's first argument
 * @param parameters handed over on standard input; may hold secrets
 * @param limitMs longest time it may take
 * @returns its standard output
 * @throws Error with the script's last words when it fails
 */
export async function runScript(
  session: HostSession,
  script: HostScript,
  verb: string,
  parameters: Readonly<Record<string, string>>,
  limitMs: number,
): Promise<string> {
  const result = await session.run(rootCommand(verb), renderScript(script.text, parameters), limitMs);
  if (result.code !== 0) {
    const words = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-12).join("\n");
    throw new Error(words || `${script.name} ${verb} ended with exit code ${result.code} and no message.`);
  }
  return result.stdout;
}

/** The command that reads a script on standard input as root. */
export function rootCommand(verb: string): string {
  return `sudo -n bash -s -- ${verb}`;
}
