/** The agent's commands for senders of incidents. */
import { RefusedError } from "./refused";
import type { Agent } from "./drive";
import { writeMetrics } from "./history";
import { claim, listIncidents, markSent, release, type Issue, type ListedIncident } from "./outbox";

export const incidents = (agent: Agent): ListedIncident[] => listIncidents(agent.store.folders);

/** @throws RefusedError when the incident is sent already, or another sender is at it */
export function claimIncident({ store, clock }: Agent, id: string): { token: number } {
  const token = claim(store.folders, id, clock.moment());
  if (token === null) throw new RefusedError(`The incident of deployment ${id} is sent, or somebody is sending it.`);
  return { token };
}

export function releaseIncident({ store }: Agent, id: string, token: number): void {
  release(store.folders, id, token);
}

export function incidentSent({ store }: Agent, id: string, issue: Issue): Issue {
  const kept = markSent(store.folders, id, issue);
  const journal = store.readJournal();
  if (journal !== undefined) writeMetrics(store.folders, journal, journal.transaction.released ? "free" : "held");
  return kept;
}
