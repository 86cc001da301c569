import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { capturePulumi } from "@ghrunners/cli/pulumi/run";
import { endEngineProcesses } from "../abandoned";
import { type LabSession, stackOfSession } from "./session";

/** A lock of Pulumi's file backend. Source: pkg/backend/diy/lock.go of the engine. */
interface StackLock {
  readonly pid: number;
  readonly hostname: string;
}

function isEngine(pid: number): boolean {
  try {
    return /pulumi/.test(readFileSync(`/proc/${pid}/comm`, "utf8"));
  } catch {
    return false;
  }
}

/** Locks whose owner does not run any more. A lock of another host is left to its owner. Pure but for the look. */
export function abandonedLocks(
  locks: readonly StackLock[],
  here: string,
  runs: (pid: number) => boolean = isEngine,
): StackLock[] {
  return locks.filter((lock) => lock.hostname === here && !runs(lock.pid));
}

/**
 * After a kill -9 of the engine its lock on the stack and its plugins stay. Both are removed, so that the next command
 * carries on; a lock whose owner lives is left alone.
 */
export async function releaseAbandonedLock(session: LabSession, say: (line: string) => void): Promise<void> {
  const { instance } = session.lab;
  const folder = path.join(instance.backend, ".pulumi", "locks", "organization", "ghrunners", session.stack);
  if (!existsSync(folder)) return;
  const locks = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(path.join(folder, name), "utf8")) as StackLock);
  if (abandonedLocks(locks, hostname()).length === 0) return;
  say("An earlier run of Pulumi was killed: ending what it left, releasing its lock");
  await endEngineProcesses(instance);
  await capturePulumi(stackOfSession(session), ["cancel", "--yes"]);
}
