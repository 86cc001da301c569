import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import type { Lease } from "../protocol/lease";
import type { Folders } from "./folders";
import type { Journal } from "./journal";

/** Room that the undo's own writing needs on a full disk. */
const RESERVE_BYTES = 1024 * 1024;

/** Whole or not at all, also after a power cut: a new file, flushed, renamed, and the folder flushed. */
export function writeDurably(file: string, content: string | Buffer, mode = 0o600): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const fresh = `${file}.new`;
  const handle = openSync(fresh, "w", mode);
  try {
    const bytes = Buffer.from(content);
    for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(fresh, file);
  syncFolder(path.dirname(file));
}

export function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

export function removeDurably(file: string): void {
  rmSync(file, { recursive: true, force: true });
  if (existsSync(path.dirname(file))) syncFolder(path.dirname(file));
}

/** The durable state of a target's agent. */
export class Store {
  constructor(readonly folders: Folders) {}

  readJournal(): Journal | undefined {
    return readJson(this.folders.journal) as Journal | undefined;
  }

  writeJournal(journal: Journal): void {
    writeDurably(this.folders.journal, JSON.stringify(journal));
  }

  readLease(): Lease | undefined {
    return readJson(this.folders.lease) as Lease | undefined;
  }

  writeLease(lease: Lease): void {
    writeDurably(this.folders.lease, JSON.stringify(lease));
  }

  /** Marks the transaction open before its journal says so: the guard then looks, whatever happens in between. */
  markOpen(): void {
    writeDurably(this.folders.open, "");
    if (!existsSync(this.folders.reserve)) writeDurably(this.folders.reserve, Buffer.alloc(RESERVE_BYTES, 1));
  }

  /** Gives the reserve back to a full disk. */
  releaseReserve(): void {
    rmSync(this.folders.reserve, { force: true });
  }

  /** After the journal says that it is closed: nothing is left for the guard to do. */
  clear(): void {
    for (const file of [this.folders.lease, this.folders.reserve, this.folders.open]) {
      // A power cut in the middle of a write leaves the new file beside the old one.
      removeDurably(`${file}.new`);
      removeDurably(file);
    }
  }
}

function readJson(file: string): unknown {
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, "utf8"));
}
