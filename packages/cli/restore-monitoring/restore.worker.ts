import { openSession } from "@ghrunners/core/ssh/session";
import type { MonitoringStep } from "../drift/state-monitoring";
import { worker } from "../inside";

/** The steps to run; arrives on standard input. */
export interface RestoreInput {
  readonly sshPrivateKey: string;
  readonly steps: readonly MonitoringStep[];
}

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

worker(async ({ sshPrivateKey, steps }: RestoreInput): Promise<string[]> => {
  const answers: string[] = [];
  for (const step of steps) answers.push(await carryOut(step, sshPrivateKey));
  return answers;
});
