/** The automatic rollback after an update that failed, if the configuration allows it. */
import type { Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { type RollbackOptions, type RollbackReport, rollbackRunners, wayBack } from "./rollback";

/**
 * @returns undefined if nothing was done: the configuration does not allow it, or the settings are the proved ones and
 * the failure has another cause
 * @throws Error if the rollback fails too
 */
export async function goBackIfConfigured(
  stack: Stack,
  say: RollbackOptions["say"],
): Promise<RollbackReport | undefined> {
  const { safety } = await settingsOf(stack);
  if (safety.rollbackOnFailure === undefined) {
    say("nothing is done: ghrunners:safety.rollbackOnFailure does not allow it");
    return undefined;
  }
  const way = await wayBack(stack);
  if (way === undefined || way.changes.length === 0) {
    say("nothing is done: the runners' settings are those that were last proved");
    return undefined;
  }
  say("rolling back, as ghrunners:safety.rollbackOnFailure allows");
  return rollbackRunners(stack, { dryRun: false, yes: true, say });
}
