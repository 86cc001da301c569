/** The incidents on the targets, and their issues at GitHub. */
import type { Described } from "@ghrunners/core/schema";
import type { targetIncidentsSchema } from "./schema";
import type { Repository } from "@ghrunners/core/github/repository";
import { withSession } from "@ghrunners/core/ssh/session";
import type { TargetSettings } from "@ghrunners/config/targets";
import { NoAgentError, sshAgent } from "@ghrunners/deploy/deployer/ssh";
import { awaitsFirstDeployment, type DeployKeys } from "../deploy/target";
import { githubTracker } from "@ghrunners/deploy/incidents/github";
import { incidentsOf, sendIncidents } from "@ghrunners/deploy/incidents/send";

export interface IncidentsInput {
  readonly targets: readonly TargetSettings[];
  readonly keys: DeployKeys;
  /** OpenSSH private key. */
  readonly privateKey: string;
  readonly send: boolean;
  readonly repository: Repository;
  /** May read and write issues; needed only for sending. */
  readonly token: string;
  /** Address of the folder of runbooks. */
  readonly runbooks: string;
  /** Time limit of a connection, milliseconds; default: that of every session. */
  readonly connectLimitMs?: number;
}

export type TargetIncidents = Described<typeof targetIncidentsSchema>;

async function ofTarget(input: IncidentsInput, target: TargetSettings): Promise<TargetIncidents> {
  const { name, address: host, user, hostKey } = target;
  return withSession(
    { host, user, hostKey },
    input.privateKey,
    async (session) => {
      const agent = sshAgent(session);
      const sending = input.send
        ? await sendIncidents(agent, await githubTracker(input.repository, input.token), input.runbooks)
        : null;
      return { target: name, deployed: true, incidents: await incidentsOf(agent), sending, problem: null };
    },
    input.connectLimitMs,
  );
}

/** Reads all targets in parallel; one that cannot be reached is a problem in the result. */
export function incidentsOfTargets(input: IncidentsInput): Promise<TargetIncidents[]> {
  return Promise.all(
    input.targets.map((target) =>
      ofTarget(input, target).catch((error: Error) => {
        const isNew = awaitsFirstDeployment(error, input.keys, target.name);
        const nothing = { target: target.name, incidents: [], sending: null };
        return { ...nothing, deployed: !isNew, problem: error instanceof NoAgentError ? null : error.message };
      }),
    ),
  );
}
