/** Questions of `ghrunners init`, from what is known to what may be written. */
import { stringify } from "yaml";
import type { InitAnswers } from "../answers";
import { askAll, isIncomplete, unaskedFindings } from "./ask";
import type { Conversation } from "./conversation";
import { realSystems } from "./real-systems";
import type { Systems } from "./systems";
import { mayWrite, terminalOf } from "./terminal";

/** What was answered. */
export interface GivenAnswers {
  readonly given: InitAnswers;
  readonly passphraseFile: string | undefined;
}

const answersOf = ({ tree, secrets, passphraseFile }: Conversation): GivenAnswers => ({
  given: { settings: tree, secrets },
  passphraseFile,
});

/**
 * Asks for what is missing, if anything is.
 * @param registerApps makes the stack and registers Apps for it, once the person agreed
 * @returns undefined if the answers must not be written
 * @throws Interrupted after Ctrl-C
 */
export async function askForAll(
  start: Conversation,
  registerApps: Systems["registerApps"],
): Promise<GivenAnswers | undefined> {
  let hasApps = false;
  const systems: Systems = {
    ...realSystems,
    async registerApps(known) {
      const secrets = await registerApps(known);
      hasApps = true;
      return secrets;
    },
  };
  // What no question is about is reported with everything else.
  if (!isIncomplete(start, systems) || unaskedFindings(start, systems).length > 0) return answersOf(start);
  const left = (): string =>
    hasApps
      ? `The stack ${start.stack} has the keys of its GitHub Apps; nothing else was written.`
      : "Nothing was written, and no stack was made.";
  const end = await askAll(start, terminalOf(left), systems);
  return (await mayWrite(`Stack ${end.stack}`, stringify(end.tree), left)) ? answersOf(end) : undefined;
}
