import { openSession } from "@ghrunners/core/ssh/session";
import { readResources } from "../drift/drift";
import { type MonitoringStep, monitoringSteps } from "../drift/state-monitoring";
import type { Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";

/** As long as Pulumi gives the same step. */
const LIMIT_MS = 300_000;

async function carryOut({ kind, host, command, stdin }: MonitoringStep, privateKey: string): Promise<string> {
  const session = await openSession(host, privateKey);
  try {
    const { code, stdout, stderr } = await session.run(command, stdin, LIMIT_MS);
    if (code !== 0) throw new Error(`${kind} on ${host.host}: ${stderr.trim() || `exit code ${code}`}`);
    return `${host.host}: ${stdout.trim()}`;
  } finally {
    session.close();
  }
}

/**
 * Runs the steps that put files on the monitoring host again, as the state has them. `pulumi up` does not: a step whose
 * text is as before is done for it. To replace the step would take the files away first (docs/how-to/drift.md).
 * @returns what each step answered
 * @throws Error where the stack has no such step
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
