/**
 * Runs a script as root on a host.
 */
import { renderScript } from "./render-script";
import type { HostSession } from "./session";

/** A shell script, with its name for error messages. */
export interface HostScript {
  readonly name: string;
  readonly text: string;
}

/** The login was taken, and its user does not become root. */
export class SudoRefusedError extends Error {}

/** What sudo says where it refuses, is damaged or is not there; `sudo -n` never asks. Source: sudo(8), sudoers(5). */
const refusal = /^(\S+: line \d+: )?sudo: |^sorry, user |is not in the sudoers file/im;

/**
 * @param script expects its verb as its first argument
 * @param verb the script's first argument
 * @param parameters passed on standard input; may contain secrets
 * @param limitMs time limit, milliseconds
 * @param failed what a failure means, such as `The files of 192.0.2.61 could not be read`; begins the error's message.
 *   Default: the message is the script's own
 * @returns its standard output
 * @throws SudoRefusedError when the script could not start as root
 * @throws Error with the script's own message when it fails
 */
export async function runScript(
  session: HostSession,
  script: HostScript,
  verb: string,
  parameters: Readonly<Record<string, string>>,
  limitMs: number,
  failed?: string,
): Promise<string> {
  const result = await session.run(rootCommand(verb), renderScript(script.text, parameters), limitMs);
  if (result.code !== 0) {
    const words = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-12).join("\n");
    if (result.stdout === "" && refusal.test(result.stderr))
      throw new SudoRefusedError(
        `${failed === undefined ? "" : `${failed}: `}${words.replace(/\.$/, "")}. Expected sudo without a password. ` +
          "Next: as root on the host's console: ls -l /usr/bin/sudo; visudo --check",
      );
    const reason = words || `${script.name} ${verb} ended with exit code ${result.code} and no message.`;
    throw new Error(failed === undefined ? reason : `${failed}: ${reason}`);
  }
  return result.stdout;
}

/** The command that reads a script on standard input as root. */
export function rootCommand(verb: string): string {
  return `sudo -n bash -s -- ${verb}`;
}
