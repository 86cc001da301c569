/**
 * Which processes of the unit are the runner's. Pure.
 */
import type { ProcessFacts } from "./facts";

/** A process, as every user can see it in /proc. */
export interface Process {
  /** Arguments of /proc/PID/cmdline. */
  readonly argv: readonly string[];
  /** State letter of /proc/PID/stat; R, S and D run, T is stopped, Z is dead. */
  readonly state: string;
}

/** Third field of /proc/PID/stat; the second one, the name, may contain blanks and brackets. */
export function stateOf(stat: string): string {
  return stat.slice(stat.lastIndexOf(")") + 2).charAt(0);
}

/** The program may be started by an interpreter, so check the first arguments. */
const runs = (name: RegExp, { argv }: Process): boolean =>
  argv.slice(0, 3).some((word) => name.test(word.slice(word.lastIndexOf("/") + 1)));

const alive = ({ state }: Process): boolean => !["T", "t", "Z", "X"].includes(state);

export function judgeProcesses(processes: readonly Process[]): ProcessFacts {
  const living = processes.filter(alive);
  return {
    listener: living.some((process) => runs(/^Runner\.Listener(\.js)?$/, process)),
    worker: living.some((process) => runs(/^Runner\.Worker(\.js)?$/, process)),
  };
}
