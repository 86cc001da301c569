/** The durable state of a target's agent. */
import { lstatSync } from "node:fs";
import { removeTemporaries } from "@ghrunners/core/whole-file";
import type { Lease } from "../protocol/lease";
import { markOwn, readJson, removeDurably, writeOwn, type FileRead } from "./disk";
import type { Folders } from "./folders";
import { formats } from "./formats";
import type { Journal } from "./journal";

/** Space that the undo needs for its own records on a full disk. */
const RESERVE_BYTES = 1024 * 1024;

/** The journal exists but cannot be read, or it is missing while a deployment is open. */
export class UnreadableJournalError extends Error {
  constructor(
    readonly file: string,
    problem: string,
  ) {
    super(
      `The journal ${file} cannot be used: ${problem}. Expected the journal of the last deployment: without it, it is unknown ` +
        `what was started, so the target stays locked as it is (metric deployment_unreadable_files). Next: check the target ` +
        `as docs/runbooks/deployment-failed.md#deploymentstateunreadable describes, then sudo mv ${stateOf(file)} ${stateOf(file)}.broken`,
    );
  }
}

const stateOf = (journal: string): string => journal.slice(0, journal.lastIndexOf("/"));

export class Store {
  constructor(readonly folders: Folders) {}

  /** @throws UnreadableJournalError if it exists but is not a journal */
  readJournal(): Journal | undefined {
    const found = readJson(this.folders.journal, formats.journal);
    if (found.state === "unreadable") throw new UnreadableJournalError(found.file, found.problem);
    return found.state === "read" ? found.value : undefined;
  }

  writeJournal(journal: Journal): void {
    writeOwn(this.folders.journal, JSON.stringify(journal));
  }

  /** An unreadable lease counts as expired. */
  peekLease(): FileRead<Lease> {
    return readJson(this.folders.lease, formats.lease);
  }

  readLease(): Lease | undefined {
    const found = this.peekLease();
    return found.state === "read" ? found.value : undefined;
  }

  writeLease(lease: Lease): void {
    writeOwn(this.folders.lease, JSON.stringify(lease));
  }

  /** Whether the guard has something to watch. */
  isOpen(): boolean {
    return lstatSync(this.folders.open, { throwIfNoEntry: false }) !== undefined;
  }

  /** When it was marked open, RFC 3339. */
  openSince(): string | undefined {
    return lstatSync(this.folders.open, { throwIfNoEntry: false })?.mtime.toISOString();
  }

  /** Marks the transaction open before its journal does, so that the guard runs whatever happens in between. */
  markOpen(): void {
    markOwn(this.folders.open);
    if (lstatSync(this.folders.reserve, { throwIfNoEntry: false }) === undefined)
      writeOwn(this.folders.reserve, Buffer.alloc(RESERVE_BYTES, 1));
  }

  /** Deletes the reserve to free space on a full disk. */
  releaseReserve(): void {
    removeDurably(this.folders.reserve);
  }

  /** Called after the journal records the end: the guard has nothing left to do. */
  clear(): void {
    const { lease, reserve, open, journal } = this.folders;
    // A power cut during a write leaves a temporary file next to the old one.
    for (const file of [journal, lease, reserve]) removeTemporaries(file);
    for (const file of [lease, reserve, open]) removeDurably(file);
  }
}
