/**
 * Incidents that must be reported. The target keeps each until a sender gives the number of its issue at GitHub; a
 * claim allows one sender at a time to search for the issue and open it.
 */
import { grant, leaseState, type Moment } from "../protocol/lease";
import type { IncidentRecord } from "../records/record";
import { writeOwn } from "./disk";
import type { Folders } from "./folders";
import type { Delivery } from "./formats";
import { deliveryFile, readDelivery, readRecords, recordedIds } from "./history";

/** How long a sender may take from its claim to the issue's number, milliseconds. */
export const CLAIM_MS = 120_000;

/** The issue at GitHub. */
export interface Issue {
  readonly number: number;
  readonly url: string;
}

export interface ListedIncident {
  readonly incident: IncidentRecord;
  /** Version that was deployed, and the run it came from. */
  readonly version: string;
  readonly run: string | null;
  /** null: no issue was opened yet. */
  readonly issue: Issue | null;
}

const read = (folders: Folders, id: string): Delivery => readDelivery(folders, id).delivery;

const write = (folders: Folders, id: string, delivery: Delivery): void =>
  writeOwn(deliveryFile(folders, id), JSON.stringify(delivery));

/** Every incident of this target, oldest first. */
export function listIncidents(folders: Folders): ListedIncident[] {
  return recordedIds(folders).flatMap((id) => {
    const { records } = readRecords(folders, id);
    if (records?.incident === undefined) return [];
    const { version, run = null } = records.deployment;
    return [{ incident: records.incident, version, run, issue: read(folders, id).issue }];
  });
}

/** @returns the claim's token, or null if the incident is sent, or another sender has claimed it */
export function claim(folders: Folders, id: string, now: Moment): number | null {
  const { claim: held, issue } = read(folders, id);
  if (issue !== null) return null;
  if (held !== null && leaseState(held, held.token, now) === "held") return null;
  const token = (held?.token ?? 0) + 1;
  write(folders, id, { claim: grant(token, now, CLAIM_MS, CLAIM_MS), issue: null });
  return token;
}

/** Releases a claim without result, so that the next sender need not wait. */
export function release(folders: Folders, id: string, token: number): void {
  const { claim: held, issue } = read(folders, id);
  if (issue === null && held?.token === token) write(folders, id, { claim: { ...held, untilMs: 0 }, issue });
}

/** Records the issue; the first number is kept. */
export function markSent(folders: Folders, id: string, issue: Issue): Issue {
  const known = read(folders, id).issue;
  if (known !== null) return known;
  write(folders, id, { claim: null, issue });
  return issue;
}
