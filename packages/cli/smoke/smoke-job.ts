import { repositoryOf } from "@ghrunners/core/github/repository";
import type { Described } from "@ghrunners/core/schema";
import type { smokeJobResultSchema } from "./schema";
import { proveJob } from "@ghrunners/components/runner/smoke-job";
import { GitHubClient } from "@ghrunners/core/github/client";
import { runnerLabels, type Role } from "@ghrunners/core/vocabulary/runner";
import type { Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";

/** A finished job, with its runner and its address. */
export type SmokeJobResult = Described<typeof smokeJobResultSchema>;

/**
 * Runs the smoke workflow on the stack's runner in the given role, the same job as the health gate's.
 * @throws Error if it does not succeed on that runner
 */
export async function runSmokeJob(stack: Stack, role: Role): Promise<SmokeJobResult> {
  const { runners, github, githubToken, smoke, environment, agent } = await settingsOf(stack);
  const runner = runners.find((entry) => entry.role === role);
  if (runner === undefined) throw new Error(`The stack ${stack.name} has no ${role} runner.`);
  const client = new GitHubClient(repositoryOf(github), githubToken);
  return proveJob(client, smoke, {
    runnerName: runner.name,
    labels: runnerLabels(environment, role, agent.extraLabels),
  });
}
