/** The data from which a document about a deployment is filled, and how a value is found in it. Pure. */
import type { GateDecision } from "@ghrunners/failover/choice/choose";
import type { DeploymentRecord, IncidentRecord, RollbackRecord } from "@ghrunners/deploy/records/record";
import type { Criteria } from "./criteria";

export interface Evidence {
  readonly deployment: DeploymentRecord;
  readonly rollback: RollbackRecord | null;
  readonly incident: IncidentRecord | null;
  /**
   * The decision by which the deployment's runner was chosen; null: it did not come with the request and was not given
   * on the command line.
   */
  readonly gate: GateDecision | null;
  /** Criteria of the deployment's target, up to the time at which the document is made. */
  readonly criteria: Criteria;
}

/** A value and its place in the evidence, such as `deployment.actions[0].ok`. */
export interface SourcedValue {
  readonly value: unknown;
  readonly source: string;
}

type Bag = Readonly<Record<string, unknown>>;

/**
 * @param path fields joined by dots; `[2]` or `[name=preflight]` picks an entry of a list, the last that matches
 * @returns the value; null, with its place, if the evidence states that there is none (no rollback, no failure);
 * undefined if there is no such entry
 */
export function lookUp(evidence: Evidence, path: string): SourcedValue | undefined {
  let value: unknown = evidence;
  let source = "";
  for (const [, field, index, key, wanted] of path.matchAll(/([A-Za-z0-9]+)|\[(\d+)\]|\[(\w+)=([^\]]+)\]/g)) {
    if (value === null) break;
    if (field !== undefined) {
      value = (value as Bag)[field];
      source += source === "" ? field : `.${field}`;
    } else {
      const list = value as readonly Bag[];
      const at = index === undefined ? list.findLastIndex((entry) => entry[key as string] === wanted) : Number(index);
      value = list[at];
      source += `[${at}]`;
    }
    if (value === undefined) return undefined;
  }
  return { value, source };
}
