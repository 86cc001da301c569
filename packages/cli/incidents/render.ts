/** Incidents as text: one line each, the newest last. */
import { renderSending } from "@ghrunners/deploy/incidents/send";
import { untilItAnswers } from "../deploy/target";
import type { TargetIncidents } from "./targets";

export function renderIncidents(found: readonly TargetIncidents[]): string {
  const lines = found.flatMap(({ target, deployed, incidents, sending, problem }) => [
    target,
    ...(deployed && problem !== null ? [`  cannot be reached: ${problem}`] : []),
    ...(deployed ? [] : [`  no deployment yet${problem === null ? "" : `: ${untilItAnswers(target)}`}`]),
    ...(deployed && problem === null && incidents.length === 0 ? ["  no incident is recorded"] : []),
    ...incidents.map(({ incident, issue }) => {
      const { deployment, severity, title } = incident;
      return `  ${deployment}  ${severity.padEnd(8)}  ${issue === null ? "unsent" : `issue #${issue.number}`}  ${title}`;
    }),
    ...(sending === null ? [] : renderSending(sending).map((line) => `  ${line}`)),
  ]);
  const unsent = unsentIn(found);
  return `${[...lines, ...(unsent > 0 ? [`Next: ghrunners incidents --send (${unsent} unsent)`] : [])].join("\n")}\n`;
}

export const unsentIn = (found: readonly TargetIncidents[]): number =>
  found.flatMap(({ incidents }) => incidents).filter(({ issue }) => issue === null).length;

/** 0: every incident has its issue. 1: one is unsent, or a target that was deployed to cannot be reached. */
export const exitCodeOf = (found: readonly TargetIncidents[]): number =>
  unsentIn(found) > 0 || found.some(({ deployed, problem }) => deployed && problem !== null) ? 1 : 0;
