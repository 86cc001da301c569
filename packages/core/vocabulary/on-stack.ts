/** Commands that work on one stack. */
const pulumi = "pulumi (?:config (?:set|rm|get)|up|preview|refresh|destroy|cancel|stack (?:export|--show-urns))";
const own =
  "ghrunners (?:status|doctor|console|why|alerts|runbook|gate|drift|dashboards (?:render|check)|deploy|promote (?:staging|production)|incidents|" +
  "review|smoke|pause|resume|prune|support|upkeep|maintenance(?: start| end)?|patch|rotate|rollback-runners|restore-monitoring|restore-protection|" +
  "init|setup (?:proxmox|github|monitoring|workflows))";
/** Not followed by the rest of a longer word, nor by `--stack` on the same line. */
const COMMAND = new RegExp(`\\b(${pulumi}|${own})(?![-\\w])(?!.* --stack )`, "g");

/**
 * Adds `--stack` to the commands in a text, so that each can be pasted as it is. Pure.
 * @example onStack("Next: pulumi up", "acme") === "Next: pulumi up --stack acme"
 */
export const onStack = (text: string, stack: string): string => text.replace(COMMAND, `$1 --stack ${stack}`);
