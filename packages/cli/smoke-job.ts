import { runnerLabels, type Role } from "@ghrunners/core/vocabulary/runner";
import { runInside } from "./inside";
import type { Stack } from "./pulumi/stack";
import { settingsOf } from "./settings";
import type { SmokeJobInput } from "./smoke-job.worker";

/** A finished job: on which runner and where to read about it. */
export interface SmokeJobResult {
  readonly runner: string;
  readonly runId: number;
  readonly url: string;
  readonly conclusion: string;
}

/**
 * Runs the smoke workflow on the stack's runner in the given role, the same job as the health gate's.
 * @throws Error when it does not succeed on that runner
 */
export async function runSmokeJob(stack: Stack, role: Role): Promise<SmokeJobResult> {
  const settings = await settingsOf(stack.engine);
  const runner = settings.runners.find((entry) => entry.role === role);
  if (runner === undefined) throw new Error(`The stack ${stack.name} has no ${role} runner.`);
  return runInside<SmokeJobInput, SmokeJobResult>(stack.engine, "packages/cli/smoke-job.worker.ts", {
    github: settings.github,
    token: settings.githubToken,
    smoke: settings.smoke,
    runnerName: runner.name,
    labels: runnerLabels(settings.environment, role, settings.agent.extraLabels),
  });
}
