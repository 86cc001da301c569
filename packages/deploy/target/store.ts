/** The durable state of a target's agent. */
import { lstatSync } from "node:fs";
import { removeTemporaries } from "@ghrunners/core/whole-file";
import type { Lease } from "../protocol/lease";
import { readJson, removeDurably, writeOwn, type Read } from "./disk";
import type { Folders } from "./folders";
import { formats } from "./formats";
import type { Journal } from "./journal";

/** Room that the undo's own writing needs on a full disk. */
const RESERVE_BYTES = 1024 * 1024;

/** The journal is there and cannot be read, or a deployment is open and it is not there. */
export class UnreadableJournalError extends Error {
  constructor(
    readonly file: string,
    problem: string,
  ) {
    super(
      `The journal ${file} cannot be used: ${problem}. Expected the journal of the last deployment: without it nothing says ` +
        `what was begun, so the target stays locked as it is (metric deployment_unreadable_files). Next: look at the target ` +
        `as docs/runbooks/deployment-failed.md#deploymentstateunreadable says, then sudo mv ${stateOf(file)} ${stateOf(file)}.broken`,
    );
  }
}

const stateOf = (journal: string): string => journal.slice(0, journal.lastIndexOf("/"));

export class Store {
  constructor(readonly folders: Folders) {}

  /** @throws UnreadableJournalError when it is there and is no journal */
  readJournal(): Journal | undefined {
    const found = readJson(this.folders.journal, formats.journal);
    if (found.state === "unreadable") throw new UnreadableJournalError(found.file, found.problem);
    return found.state === "read" ? found.value : undefined;
  }

  writeJournal(journal: Journal): void {
    writeOwn(this.folders.journal, JSON.stringify(journal));
  }

  /** A lease that cannot be read holds nothing: who goes by it takes it for expired. */
  lookAtLease(): Read<Lease> {
    return readJson(this.folders.lease, formats.lease);
  }

  readLease(): Lease | undefined {
    const found = this.lookAtLease();
    return found.state === "read" ? found.value : undefined;
  }

  writeLease(lease: Lease): void {
    writeOwn(this.folders.lease, JSON.stringify(lease));
  }

  /** Whether the guard has something to look after. */
  isOpen(): boolean {
    return lstatSync(this.folders.open, { throwIfNoEntry: false }) !== undefined;
  }

  /** When it was marked open, RFC 3339. */
  openSince(): string | undefined {
    return lstatSync(this.folders.open, { throwIfNoEntry: false })?.mtime.toISOString();
  }

  /** Marks the transaction open before its journal says so: the guard then looks, whatever happens in between. */
  markOpen(): void {
    writeOwn(this.folders.open, "open\n");
    if (lstatSync(this.folders.reserve, { throwIfNoEntry: false }) === undefined)
      writeOwn(this.folders.reserve, Buffer.alloc(RESERVE_BYTES, 1));
  }

  /** Gives the reserve back to a full disk. */
  releaseReserve(): void {
    removeDurably(this.folders.reserve);
  }

  /** After the journal says that it is closed: nothing is left for the guard to do. */
  clear(): void {
    const { lease, reserve, open, journal } = this.folders;
    // A power cut in the middle of a write leaves a file beside the old one.
    removeTemporaries(journal);
    for (const file of [lease, reserve, open]) {
      removeTemporaries(file);
      removeDurably(file);
    }
  }
}
