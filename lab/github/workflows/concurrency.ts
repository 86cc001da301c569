import type { Concurrency } from "./records";
import type { Json } from "./template";

/** Most members that wait in a group with `queue: max` (GitHub's limit). */
export const longestQueue = 100;

/** A run or job that has, or wants, the place of its group. */
export interface GroupMember {
  readonly id: string;
  readonly state: "active" | "pending";
  /** Order of arrival. */
  readonly order: number;
}

/** @throws Error when the setting has no group */
export function readConcurrency(value: Json): Concurrency | undefined {
  if (value === null || value === "") return undefined;
  if (typeof value !== "object") return { group: String(value), cancelInProgress: false, queue: "single" };
  if (Array.isArray(value) || typeof value.group !== "string" || value.group === "") {
    throw new Error("concurrency needs a group that is not empty.");
  }
  return {
    group: value.group,
    cancelInProgress: value["cancel-in-progress"] === true || value["cancel-in-progress"] === "true",
    queue: value.queue === "max" ? "max" : "single",
  };
}

/** Group names compare without case, across the whole repository. */
export const groupKey = (concurrency: Concurrency): string => concurrency.group.toLowerCase();

/**
 * Whom a newcomer displaces.
 * @param others members of the same group, without the newcomer
 * @returns ids to cancel; the newcomer's own id when the queue is full
 */
export function displacedBy(newcomer: string, setting: Concurrency, others: readonly GroupMember[]): string[] {
  const pending = others.filter((member) => member.state === "pending");
  if (setting.cancelInProgress) return others.map((member) => member.id);
  if (setting.queue === "single") return pending.map((member) => member.id);
  return pending.length >= longestQueue ? [newcomer] : [];
}

/** The member that may start: the oldest waiting one, once none is active. */
export function nextToStart(members: readonly GroupMember[]): string | undefined {
  if (members.some((member) => member.state === "active")) return undefined;
  return [...members].sort((left, right) => left.order - right.order)[0]?.id;
}
