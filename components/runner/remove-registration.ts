import type { GitHubClient } from "@ghrunners/core/github/client";
import { drainRunner } from "@ghrunners/core/github/drain";
import { type Pace, poll } from "@ghrunners/core/until";
import type { RegistrationLimits } from "./plan-registration";

/** How long GitHub may show a stopped runner busy, and how often it is asked. */
const GHOST: Pace = { limitMs: 60_000, pauseMs: 1_000 };

/**
 * Takes a runner out of service: drains it, stops it, removes it at GitHub. Steps that were already done are no
 * problem.
 *
 * @param stop stops the runner on its host
 * @throws Error if GitHub keeps showing it as busy although it is stopped
 */
export async function removeRunner(
  github: Pick<GitHubClient, "runner" | "setLabels" | "deleteRunner">,
  runnerId: number,
  limits: RegistrationLimits,
  stop: () => Promise<void>,
  pace = GHOST,
): Promise<void> {
  await drainRunner(github, runnerId, limits.drainMinutes * 60_000);
  await stop();
  if (await poll(() => github.deleteRunner(runnerId), Boolean, pace)) return;
  throw new Error(
    `GitHub refuses to remove runner ${runnerId}: it is shown as busy although it is stopped. ` +
      `Expected GitHub to give up the job within a few minutes. Next: cancel the job at GitHub, then pulumi up`,
  );
}
