import { readState } from "../drift/drift";
import { runInside } from "../inside";
import type { Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import type { RestoreInput } from "./restore.worker";

/**
 * Writes the protection of the stack's environment to GitHub again, as the state has it. `pulumi up` does not: the provider
 * reads no rule that is gone, so it sees no difference (docs/drift.md).
 * @throws Error where the stack has no environment
 */
export async function restoreProtection(stack: Stack): Promise<string> {
  const [settings, { environment }] = await Promise.all([settingsOf(stack.engine), readState(stack)]);
  if (environment === undefined) {
    throw new Error(`The stack ${stack.name} has made no environment. Expected one. Next: npm run up`);
  }
  const { url, repository } = settings.github;
  await runInside<RestoreInput, null>(stack.engine, "packages/cli/restore-protection/restore.worker.ts", {
    url,
    repository,
    token: settings.githubToken,
    environment,
  });
  return environment.name;
}
