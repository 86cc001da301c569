/** Questions of `ghrunners init`, from what is known to what may be written. */
import { stringify } from "yaml";
import type { InitAnswers } from "../answers";
import { askAll, isIncomplete, unaskedFindings } from "./ask";
import type { Conversation } from "./conversation";
import { realSystems } from "./real-systems";
import { mayWrite, terminal } from "./terminal";

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
 * @returns undefined if the answers must not be written
 * @throws Interrupted after Ctrl-C
 */
export async function askForAll(start: Conversation): Promise<GivenAnswers | undefined> {
  // What no question is about is reported with everything else.
  if (!isIncomplete(start, realSystems) || unaskedFindings(start, realSystems).length > 0) return answersOf(start);
  const end = await askAll(start, terminal, realSystems);
  return (await mayWrite(`Stack ${end.stack}`, stringify(end.tree))) ? answersOf(end) : undefined;
}
