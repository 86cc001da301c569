/** Processes and what they started, from /proc (proc(5)). Linux only. */
import { readdirSync, readFileSync } from "node:fs";

/** A process that ended between two readings counts as using nothing. */
export function quietly<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

function childrenOf(pid: number): number[] {
  const tasks = quietly(() => readdirSync(`/proc/${pid}/task`), []);
  return tasks.flatMap((task) =>
    quietly(() => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8"), "")
      .split(" ")
      .filter((part) => part !== "")
      .map(Number),
  );
}

/** A process and all that it started, by number; itself first. */
export function treeOf(root: number): number[] {
  return [root, ...childrenOf(root).flatMap(treeOf)];
}
