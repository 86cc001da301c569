import { readResources } from "../drift/drift";
import { monitoringSteps } from "../drift/state-monitoring";
import { runInside } from "../inside";
import type { Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import type { RestoreInput } from "./restore.worker";

/**
 * Runs the steps that put files on the monitoring host again, as the state has them. `pulumi up` does not: a step whose
 * text is as before is done for it. To replace the step would take the files away first (docs/drift.md).
 * @returns what each step answered
 * @throws Error where the stack has no such step
 */
export async function restoreMonitoring(stack: Stack): Promise<string[]> {
  const [{ sshPrivateKey }, resources] = await Promise.all([settingsOf(stack.engine), readResources(stack)]);
  const steps = monitoringSteps(resources);
  if (steps.length === 0) {
    throw new Error(`The stack ${stack.name} has put no files on a monitoring host. Expected some. Next: npm run up`);
  }
  return runInside<RestoreInput, string[]>(stack.engine, "packages/cli/restore-monitoring/restore.worker.ts", {
    sshPrivateKey,
    steps,
  });
}
