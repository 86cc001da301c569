/**
 * Runs a script file of this project as root on a host.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { renderScript } from "./renderScript";
import type { HostSession } from "./session";

/** The project's folder: the program and the provider processes both run in it. */
export function readScript(file: string): string {
  return readFileSync(path.join(process.cwd(), "components", file), "utf8");
}

/**
 * @param file script below components/
 * @param verb the script's first argument
 * @param parameters handed over on standard input; may hold secrets
 * @param limitMs longest time it may take
 * @returns its standard output
 * @throws Error with the script's last words when it fails
 */
export async function runScript(
  session: HostSession,
  file: string,
  verb: string,
  parameters: Readonly<Record<string, string>>,
  limitMs: number,
): Promise<string> {
  const result = await session.run(rootCommand(verb), renderScript(readScript(file), parameters), limitMs);
  if (result.code !== 0) {
    const words = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-12).join("\n");
    throw new Error(words || `${file} ${verb} ended with exit code ${result.code} and no message.`);
  }
  return result.stdout;
}

/** The command that reads a script on standard input as root. */
export function rootCommand(verb: string): string {
  return `sudo -n bash -s -- ${verb}`;
}
