import { linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lives, ownIdentity, type ProcessIdentity } from "@ghrunners/core/process-identity";
import { readLockFile } from "../lock-file";

const POLL_MS = 200;

/** Makes the names of drafts differ within this process. */
let drafts = 0;

/** Called once when another process holds the lock. What it throws ends the wait. */
export type OnWait = (holder: ProcessIdentity) => void;

/** Creates the lock file with its content in one step, so that no process reads half of it. */
function tryCreate(file: string): boolean {
  const draft = `${file}.draft-${process.pid}-${drafts++}`;
  try {
    writeFileSync(draft, JSON.stringify(ownIdentity()), { mode: 0o600 });
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Waits for the lock and takes it. The lock of a dead owner is removed, but only by the one who holds the lock on doing
 * that: else two waiters could each remove what the other just took. That second lock is named after the dead owner, so
 * no process needs it again once the first one is gone.
 */
async function acquire(file: string, onWait: OnWait): Promise<void> {
  let told = false;
  while (!tryCreate(file)) {
    const holder = readLockFile<ProcessIdentity>(file);
    if (holder === undefined) continue;
    if (lives(holder)) {
      if (!told) onWait(holder);
      told = true;
      await delay(POLL_MS);
      continue;
    }
    const removal = `${file}.after-${holder.pid}-${holder.start}`;
    await acquire(removal, () => undefined);
    try {
      const still = readLockFile<ProcessIdentity>(file);
      if (still?.pid === holder.pid && still.start === holder.start) rmSync(file, { force: true });
    } finally {
      rmSync(removal, { force: true });
    }
  }
}

async function thenRelease<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

const isFull = (error: unknown): boolean => ["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "");

/** Waits until no living process holds the lock; takes nothing. */
async function untilFree(file: string, onWait: OnWait): Promise<void> {
  const holder = (): ProcessIdentity | undefined => {
    const seen = readLockFile<ProcessIdentity>(file);
    return seen !== undefined && lives(seen) ? seen : undefined;
  };
  const first = holder();
  if (first !== undefined) onWait(first);
  while (holder() !== undefined) await delay(POLL_MS);
}

/**
 * The same as withLock, for work that frees disk space. A full disk has no room for the lock file of any process: then
 * the work runs without one, once no living process holds it.
 * @param onFull called before work without the lock
 */
export async function withLockUnlessFull<T>(
  file: string,
  { onWait, onFull }: { readonly onWait: OnWait; readonly onFull: () => void },
  work: () => Promise<T>,
): Promise<T> {
  try {
    await acquire(file, onWait);
  } catch (error) {
    if (!isFull(error)) throw error;
    await untilFree(file, onWait);
    onFull();
    return work();
  }
  return thenRelease(file, work);
}

/**
 * Runs the work while holding the lock file. Survives kill -9 of a holder: the next one takes over.
 * Why not proper-lockfile: a lock there is old when its time was not renewed for seconds, which a busy process may not
 * do, and after a kill the next one waits for that; this one names its holder, and is free when that process is gone.
 * @param file the lock file; its folder is made
 * @param onWait called once when another process holds it
 */
export async function withLock<T>(file: string, onWait: OnWait, work: () => Promise<T>): Promise<T> {
  mkdirSync(path.dirname(file), { recursive: true });
  await acquire(file, onWait);
  return thenRelease(file, work);
}
