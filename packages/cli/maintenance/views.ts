import type { GitHubClient } from "@ghrunners/core/github/client";
import { type HostSession, HostUnreachableError, withSession } from "@ghrunners/core/ssh/session";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { runScript } from "@ghrunners/core/ssh/script";
import { hostScript } from "@ghrunners/components/scripts/read-script";
import { judgeSubject, type GateSubject } from "@ghrunners/components/runner/plan-gate";
import { RUNNER_HOME, RUNNER_USER } from "@ghrunners/core/vocabulary/runner";
import type { RunnerView } from "./plan";

/** A runner to inspect; the pool's health gate judges by the same data. */
export type MaintenanceRunner = Omit<GateSubject, "revision"> & { readonly role: string };

const LIMIT_MS = 20_000;

/** State of the unit; undefined if the host cannot be reached. */
async function unitState(host: HostAddress, unit: string, privateKey: string): Promise<string | undefined> {
  try {
    const parameters = { UNIT: unit, RUNNER_USER, RUNNER_HOME };
    const script = hostScript("service.sh");
    const show = (session: HostSession): Promise<string> => runScript(session, script, "show", parameters, LIMIT_MS);
    return (await withSession(host, privateKey, show, LIMIT_MS)).trim().split("\n")[0];
  } catch (error) {
    if (error instanceof HostUnreachableError) return undefined;
    throw error;
  }
}

/** GitHub's view and the host's of one runner, judged as the health gate does. */
export async function viewOf(
  github: GitHubClient,
  subject: MaintenanceRunner,
  privateKey: string,
): Promise<RunnerView> {
  const [atGitHub, state] = await Promise.all([
    github.runnerNamed(subject.runnerName),
    unitState(subject.host, subject.unit, privateKey),
  ]);
  const problems = judgeSubject({ ...subject, revision: "" }, atGitHub, state);
  const ownName = `${subject.runnerName}: `;
  return {
    name: subject.runnerName,
    role: subject.role,
    problems: problems.map((problem) => problem.replace(ownName, "")),
  };
}
