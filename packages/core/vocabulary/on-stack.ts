/** Commands that work on one stack. */
const pulumi = "pulumi (?:config (?:set|rm|get)|up|preview|refresh|destroy|cancel|stack (?:export|--show-urns))";
const own =
  "ghrunners (?:status|alerts|gate|drift|dashboards (?:render|check)|deploy|promote (?:staging|production)|incidents|" +
  "review|smoke|maintenance(?: start| end)?|rotate|rollback-runners|restore-monitoring|restore-protection)";
/** Followed by no other word's rest, and by no `--stack` on the same line. */
const COMMAND = new RegExp(`\\b(${pulumi}|${own})(?![-\\w])(?!.* --stack )`, "g");

/**
 * Names the stack in the commands of a text, so that each can be pasted as it stands. Pure.
 * @example onStack("Next: pulumi up", "acme") === "Next: pulumi up --stack acme"
 */
export const onStack = (text: string, stack: string): string => text.replace(COMMAND, `$1 --stack ${stack}`);
