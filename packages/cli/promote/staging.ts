import { runPulumi } from "../pulumi/run-program";
import type { Stack } from "../pulumi/stack";
import { settledStatusOf } from "../status/status";

/**
 * Runs `pulumi up` on staging, whose last step is the proof that production requires, and checks the status.
 * @throws Error if one of them fails; an older proof stays, with its age
 */
export async function updateStaging(stack: Stack, say: (line: string) => void): Promise<void> {
  say("Staging: pulumi up");
  if ((await runPulumi(stack, ["up", "--yes", "--skip-preview", "--suppress-outputs"])) !== 0) {
    throw new Error(
      "pulumi up on staging failed; its output is above. Next: fix the cause, then run the same command.",
    );
  }
  const status = await settledStatusOf(stack, say);
  if (!status.healthy) throw new Error(`Staging is not healthy: ${status.problems.join("; ")}.`);
  say("Staging: up, healthy and proved");
}
