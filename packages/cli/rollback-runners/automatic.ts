/** The way back without a person: where the configuration asks for it, after an update that failed. */
import type { Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { renderRollback } from "./render";
import { rollbackRunners, wayBack } from "./rollback";

/**
 * @param say progress and result; the update failed all the same, and so does its command
 * @throws Error when the way back fails too
 */
export async function goBackIfConfigured(stack: Stack, say: (line: string) => void): Promise<void> {
  const { safety } = await settingsOf(stack.engine);
  if (safety.rollbackOnFailure === undefined) return;
  const way = await wayBack(stack);
  // Without another setting of the runners the failure has another cause, and there is nothing to go back to.
  if (way === undefined || way.changes.length === 0) return;
  say("the update failed: going back, as ghrunners:safety.rollbackOnFailure says");
  say(renderRollback(await rollbackRunners(stack, { dryRun: false, yes: true, say })));
}
