/** The agent's commands for senders of incidents. */
import type { Agent } from "./drive";
import { writeMetrics } from "./history";
import { claim, listIncidents, markSent, release, type Issue, type ListedIncident } from "./outbox";
import { records } from "./queries";
import { RefusedError } from "./refused";
import { UnreadableJournalError } from "./store";

export const incidents = (agent: Agent): ListedIncident[] => listIncidents(agent.store.folders);

/** @throws RefusedError if there is none, it is already sent, or another sender has claimed it */
export function claimIncident(agent: Agent, id: string): { token: number } {
  const { store, clock } = agent;
  if (records(agent, id).incident === undefined) throw new RefusedError(`Deployment ${id} has no incident.`);
  const token = claim(store.folders, id, clock.moment());
  if (token === null)
    throw new RefusedError(`The incident of deployment ${id} is sent, or another sender is sending it.`);
  return { token };
}

export function releaseIncident({ store }: Agent, id: string, token: number): void {
  release(store.folders, id, token);
}

export function incidentSent(agent: Agent, id: string, issue: Issue): Issue {
  const { store } = agent;
  if (records(agent, id).incident === undefined) throw new RefusedError(`Deployment ${id} has no incident.`);
  const kept = markSent(store.folders, id, issue);
  try {
    const journal = store.readJournal();
    if (journal !== undefined)
      writeMetrics(store.folders, { lock: journal.transaction.released ? "free" : "held", journal });
  } catch (error) {
    // The guard and the next deployment report the journal; that the incident was sent is recorded.
    if (!(error instanceof UnreadableJournalError)) throw error;
  }
  return kept;
}
