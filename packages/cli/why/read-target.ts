/** What a deployment target shows: its lock, its newest record, and the record of one run. Read-only. */
import type { TargetSettings } from "@ghrunners/config/targets";
import { openSession } from "@ghrunners/core/ssh/session";
import { callAgent, type RemoteAgent } from "@ghrunners/deploy/deployer/remote-agent";
import { NoAgentError, sshAgent } from "@ghrunners/deploy/deployer/ssh";
import type { DeploymentRecord } from "@ghrunners/deploy/records/record";
import type { DeploymentProgress, DeploymentSummary, TargetHistory } from "@ghrunners/deploy/target/queries";
import type { TargetFacts } from "./facts";
import { oneLine } from "./read-github";

const CONNECT_MS = 5_000;
const LIMIT_MS = 30_000;

/** Whose record is wanted: a deployment's id, or null if only the address of its run is known. */
interface Wanted {
  readonly id: string | null;
  readonly run: string;
}

/** The run's record, by its id; the newest one of the run if the id is not known. */
async function recordOf(agent: RemoteAgent, { id, run }: Wanted): Promise<DeploymentRecord | undefined> {
  if (id !== null) return (await callAgent<DeploymentProgress>(agent, ["look", id], "", LIMIT_MS)).records?.deployment;
  const { records } = await callAgent<TargetHistory>(agent, ["history"], "", LIMIT_MS);
  return records.findLast(({ deployment }) => deployment.run === run)?.deployment;
}

async function read(agent: RemoteAgent, name: string, wanted: Wanted): Promise<TargetFacts> {
  const { open, last } = await callAgent<DeploymentSummary>(agent, ["show"], "", LIMIT_MS);
  const own = await recordOf(agent, wanted);
  const [newest] = last;
  return {
    name,
    deployed: true,
    open: open && {
      ...{ id: open.id, version: open.version, owner: open.owner, startedAt: open.startedAt },
      ...{ lease: open.lease, outcome: open.outcome, running: open.running },
    },
    last: newest === undefined ? null : { id: newest.id, version: newest.version, outcome: newest.outcome },
    own:
      own === undefined
        ? null
        : {
            ...{ id: own.id, version: own.version, outcome: own.outcome, previousVersion: own.previousVersion },
            failure: own.failure && { code: own.failure.code, detail: oneLine(own.failure.detail) },
          },
    problem: null,
  };
}

/** Never throws: a target that cannot be read is a fact too. */
export async function readTarget(
  { name, address: host, user, hostKey }: TargetSettings,
  privateKey: string,
  wanted: Wanted,
): Promise<TargetFacts> {
  const nothing = { name, deployed: false, open: null, last: null, own: null, problem: null };
  try {
    const session = await openSession({ host, user, hostKey }, privateKey, CONNECT_MS);
    try {
      return await read(sshAgent(session), name, wanted);
    } finally {
      session.close();
    }
  } catch (error) {
    if (error instanceof NoAgentError) return nothing;
    return { ...nothing, deployed: true, problem: (error as Error).message };
  }
}
