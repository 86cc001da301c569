/** Questions about GitHub Apps that are registered in place of tokens. Pure. */
import type { CredentialSetting } from "@ghrunners/core/vocabulary/github-permissions";
import { lackingCredentials } from "../credentials";
import type { Conversation } from "./conversation";
import { knownText, type Question } from "./question";

const lacking = ({ tree, secrets }: Conversation): CredentialSetting[] => lackingCredentials(tree, secrets);

/**
 * Apps or tokens, and the registration.
 * @param needed credential that is asked for next where there are no Apps
 * @param before questions whose answers the registration needs
 */
export function appQuestions(
  conversation: Conversation,
  needed: CredentialSetting,
  before: readonly Question[],
): Question[] {
  const choice: Question = {
    setting: `kind of ${needed}`,
    isNeeded: (known) => known.usesApps === undefined && lacking(known).includes(needed),
    prompt: () => ({
      kind: "choice",
      message: "How GitHub lets the program in",
      choices: [
        { value: "apps", label: "by GitHub Apps, which a page in a browser on this machine registers now" },
        { value: "tokens", label: "by tokens, or by Apps that are registered already" },
      ],
    }),
    take: (known, answer) => ({ ...known, usesApps: answer === "apps" }),
  };
  const registration: Question = {
    setting: `registration for ${needed}`,
    isNeeded: (known) => lacking(known).length > 0,
    prompt: (known) => ({
      kind: "yes-no",
      message:
        `Make the stack ${known.stack}, and register an App of ${knownText(known, "github.repository")} for each of ` +
        `${lacking(known).join(", ")}? Their keys go into the stack`,
      initial: true,
    }),
    take: (known, answer) => ({ ...known, usesApps: answer === true }),
    act: async (known, systems) =>
      known.usesApps === true
        ? { ...known, secrets: { ...known.secrets, ...(await systems.registerApps(known)) } }
        : known,
  };
  const isWanted = conversation.usesApps === true && lacking(conversation).length > 0;
  return isWanted ? [choice, ...before, registration] : [choice];
}
