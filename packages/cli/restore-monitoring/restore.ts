import { withSession } from "@ghrunners/core/ssh/session";
import { readResources } from "../drift/drift";
import { type MonitoringStep, monitoringSteps } from "../drift/state-monitoring";
import type { Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";

/** The same limit as Pulumi's for this step. */
const LIMIT_MS = 300_000;

async function carryOut({ kind, host, command, stdin }: MonitoringStep, privateKey: string): Promise<string> {
  return withSession(host, privateKey, async (session) => {
    const { code, stdout, stderr } = await session.run(command, stdin, LIMIT_MS);
    if (code !== 0) throw new Error(`${kind} on ${host.host}: ${stderr.trim() || `exit code ${code}`}`);
    return `${host.host}: ${stdout.trim()}`;
  });
}

/**
 * Runs the steps that install files on the monitoring host again, as the state has them. `pulumi up` does not: it
 * considers a step with unchanged text done. Replacing the step would first remove the files (docs/how-to/drift.md).
 * @returns the output of each step
 * @throws Error if the stack has no such step
 */
export async function restoreMonitoring(stack: Stack): Promise<string[]> {
  const [{ sshPrivateKey }, resources] = await Promise.all([settingsOf(stack), readResources(stack)]);
  const steps = monitoringSteps(resources);
  if (steps.length === 0) {
    throw new Error(`The stack ${stack.name} has put no files on a monitoring host. Expected some. Next: pulumi up`);
  }
  const answers: string[] = [];
  for (const step of steps) answers.push(await carryOut(step, sshPrivateKey));
  return answers;
}
