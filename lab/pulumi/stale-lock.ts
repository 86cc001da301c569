import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { capturePulumi } from "@ghrunners/cli/pulumi/run";
import { endEngineProcesses } from "../abandoned";
import { readLockFile } from "../lock-file";
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

/**
 * Lock files whose owner does not run any more. A lock of another host is not touched. An engine removes its lock
 * before it ends: one that is gone once its owner is seen dead was no abandoned one, and what runs now is another
 * engine.
 */
export function abandonedLocks(
  files: readonly string[],
  here: string,
  runs: (pid: number) => boolean = isEngine,
): string[] {
  return files.filter((file) => {
    const lock = readLockFile<StackLock>(file);
    return lock !== undefined && lock.hostname === here && !runs(lock.pid) && existsSync(file);
  });
}

/**
 * After a kill -9 of the engine its lock on the stack and its plugins stay. Both are removed, so that the next command
 * carries on; a lock whose owner runs is not touched.
 */
export async function releaseAbandonedLock(session: LabSession, say: (line: string) => void): Promise<void> {
  const { instance } = session.lab;
  const folder = path.join(instance.backend, ".pulumi", "locks", "organization", "ghrunners", session.stack);
  if (!existsSync(folder)) return;
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => path.join(folder, name));
  if (abandonedLocks(files, hostname()).length === 0) return;
  say("An earlier run of Pulumi was killed: ending what it left, releasing its lock");
  await endEngineProcesses(instance);
  await capturePulumi(stackOfSession(session), ["cancel", "--yes"]);
}
