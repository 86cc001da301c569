import { runPulumi } from "../pulumi/run";
import type { Stack } from "../pulumi/stack";
import { settledStatusOf } from "../status/status";

/**
 * `pulumi up` on staging, whose last step is the proof that production asks for, and its status.
 * @throws Error when one of them fails; an older proof stays, and ages
 */
export async function updateStaging(stack: Stack, say: (line: string) => void): Promise<void> {
  say("Staging: pulumi up");
  if ((await runPulumi(stack, ["up", "--yes", "--skip-preview", "--suppress-outputs"], "errors")) !== 0) {
    throw new Error("pulumi up on staging failed; its words are above. Next: mend the cause, then the same command.");
  }
  const status = await settledStatusOf(stack, say);
  if (!status.healthy) throw new Error(`Staging is not healthy: ${status.problems.join("; ")}.`);
  say("Staging: up, healthy and proved");
}
