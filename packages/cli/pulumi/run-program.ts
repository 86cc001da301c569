/** Runs the Pulumi program of one stack: `pulumi preview`, `pulumi up`. */
import type { Settings } from "@ghrunners/config/parse";
import { refuseWithoutRequests, requestsLeft } from "@ghrunners/core/github/requests-left";
import { noticingInterrupt } from "@ghrunners/core/interrupted";
import { settingsOf } from "../settings";
import { Interrupted } from "./interrupted";
import { withStack } from "./run";
import { pulumiProcess, type Stack } from "./stack";

/**
 * Refuses a run that GitHub's provider would spend asleep: at a used-up rate limit it waits until the reset, perhaps
 * for an hour, without a word and with the stack locked. A command that changes something before its run asks first.
 * Asking costs nothing of the limit.
 * @throws Error that says what is left, until when, and what else to do
 */
export async function refuseAtRateLimit({ github, githubToken }: Settings): Promise<void> {
  const left = await requestsLeft(github.url, githubToken);
  const refusal = left && refuseWithoutRequests(left);
  if (refusal !== undefined) throw new Error(`Pulumi was not started, because of ${refusal}`);
}

/**
 * Runs pulumi with access to the terminal. Its output goes to standard error, because standard output is for a result.
 * @returns its exit code
 * @throws Interrupted if Ctrl-C ended it; Error if GitHub's rate limit is used up
 */
export async function runPulumi(stack: Stack, args: readonly string[]): Promise<number> {
  await refuseAtRateLimit(await settingsOf(stack));
  // Ctrl-C reaches pulumi through the terminal's process group; wait for it, because it unlocks the stack itself.
  const { value, interrupted } = await noticingInterrupt(() =>
    pulumiProcess(withStack(args, stack), stack, { terminal: "both-as-errors" }),
  );
  if (interrupted && value.code !== 0) throw new Interrupted(`pulumi ${args[0]}`);
  return value.code;
}
