/** What a deployment target shows: its lock, its newest record, and the record of one run. Read-only. */
import type { TargetSettings } from "@ghrunners/config/targets";
import { type HostSession, withSession } from "@ghrunners/core/ssh/session";
import { callAgent, type RemoteAgent } from "@ghrunners/deploy/deployer/remote-agent";
import { NoAgentError, sshAgent } from "@ghrunners/deploy/deployer/ssh";
import type { TargetHistory } from "@ghrunners/deploy/target/queries";
import type { TargetFacts } from "./facts";
import { oneLine } from "./read-github";

const CONNECT_MS = 5_000;
const LIMIT_MS = 60_000;

/** Whose record is wanted: a deployment's id, or null if only the address of its run is known. */
interface Wanted {
  readonly id: string | null;
  readonly run: string;
}

/**
 * By the agent's history, which has the lock and every record; its command `show` prints for people.
 * @param wanted the run whose record is looked for; by its address if its deployment's id is not known
 */
export async function targetFacts(agent: RemoteAgent, name: string, { id, run }: Wanted): Promise<TargetFacts> {
  const { records, open } = await callAgent<TargetHistory>(agent, ["history"], "", LIMIT_MS);
  const deployments = records.map(({ deployment }) => deployment);
  const own = deployments.findLast((one) => (id === null ? one.run === run : one.id === id));
  const newest = deployments.at(-1);
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
    const read = (session: HostSession): Promise<TargetFacts> => targetFacts(sshAgent(session), name, wanted);
    return await withSession({ host, user, hostKey }, privateKey, read, CONNECT_MS);
  } catch (error) {
    if (error instanceof NoAgentError) return nothing;
    return { ...nothing, deployed: true, problem: oneLine((error as Error).message) };
  }
}
