/**
 * Empties a target's outbox: exactly one issue for each incident, however often and by whom it is sent. The target
 * gives an incident to one sender at a time, and the sender searches for the incident's marker before it opens an
 * issue.
 */
import type { Issue, ListedIncident } from "../target/outbox";
import { callAgent, type RemoteAgent } from "../deployer/remote-agent";
import { INCIDENT_LABEL, markerOf, renderIssue, type IncidentIssue } from "./issue";

/** The parts of GitHub's issues that are used here. */
export interface Tracker {
  find(label: string, marker: string): Promise<Issue | undefined>;
  /** Opens an issue, without retries. */
  open(issue: IncidentIssue): Promise<Issue>;
}

export interface SentIncident {
  readonly deployment: string;
  readonly issue: Issue;
}

export interface SendResult {
  readonly sent: readonly SentIncident[];
  /** What stays in the outbox, and why. */
  readonly unsent: readonly { readonly deployment: string; readonly reason: string }[];
}

/** Attempts to open an issue; after each failure GitHub is searched for it. */
const TRIES = 3;
/** A claim lasts two minutes on the target: by then the sender must be done. */
const LIMIT_MS = 90_000;

/** Every incident of the target, oldest first. */
export async function incidentsOf(agent: RemoteAgent): Promise<readonly ListedIncident[]> {
  return (await callAgent<{ incidents: ListedIncident[] }>(agent, ["incidents"], "")).incidents;
}

/** @param runbooks address of the folder of runbooks, without a slash at its end */
export async function sendIncidents(
  agent: RemoteAgent,
  tracker: Tracker,
  runbooks: string,
  now: () => number = Date.now,
): Promise<SendResult> {
  const sent: SentIncident[] = [];
  const unsent: { deployment: string; reason: string }[] = [];
  for (const listed of await incidentsOf(agent)) {
    if (listed.issue !== null) continue;
    const { deployment } = listed.incident;
    try {
      sent.push({ deployment, issue: await sendOne(agent, tracker, listed, runbooks, now) });
    } catch (error) {
      unsent.push({ deployment, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { sent, unsent };
}

async function sendOne(
  agent: RemoteAgent,
  tracker: Tracker,
  listed: ListedIncident,
  runbooks: string,
  now: () => number,
): Promise<Issue> {
  const { deployment } = listed.incident;
  const deadline = now() + LIMIT_MS;
  const { token } = await callAgent<{ token: number }>(agent, ["claim", deployment], "");
  try {
    const { number, url } = await findOrOpen(tracker, listed, runbooks, () => now() < deadline);
    return await callAgent<Issue>(agent, ["sent", deployment, String(number), url], "");
  } catch (error) {
    await callAgent(agent, ["release", deployment, String(token)], "").catch(() => undefined);
    throw error;
  }
}

async function findOrOpen(
  tracker: Tracker,
  listed: ListedIncident,
  runbooks: string,
  inTime: () => boolean,
): Promise<Issue> {
  for (let attempt = 1; ; attempt += 1) {
    const found = await tracker.find(INCIDENT_LABEL, markerOf(listed.incident.deployment));
    if (found !== undefined) return found;
    if (!inTime()) throw new Error("GitHub took longer than the sender's claim on this incident lasts.");
    try {
      return await tracker.open(renderIssue(listed, runbooks));
    } catch (error) {
      if (attempt >= TRIES) throw error;
    }
  }
}

/** The result as text lines. */
export function renderSending({ sent, unsent }: SendResult): string[] {
  return [
    ...sent.map(({ deployment, issue }) => `incident of deployment ${deployment}: issue #${issue.number} ${issue.url}`),
    ...unsent.map(
      ({ deployment, reason }) => `incident of deployment ${deployment} stays on the target, unsent: ${reason}`,
    ),
  ];
}
