import path from "node:path";

/** The agent's folders and files. With a root other than `/` it works on a copy of a file tree. */
export interface Folders {
  readonly root: string;
  /** Journal, lease, reserve, artefact and captured files of the current transaction. */
  readonly state: string;
  readonly journal: string;
  readonly lease: string;
  /** Exists while a transaction is open: then the guard runs. */
  readonly open: string;
  /** A file that is deleted when the disk is full, so that the undo can be recorded. */
  readonly reserve: string;
  readonly artefact: string;
  readonly captures: string;
  /** Units, journals and results of deployments that failed. */
  readonly forensics: string;
  readonly records: string;
  readonly metrics: string;
}

export function foldersBelow(root: string): Folders {
  const below = (...parts: string[]): string => path.join(root, ...parts);
  const state = below("var/lib/ghrunners/deploy");
  return {
    root,
    state,
    journal: path.join(state, "journal.json"),
    lease: path.join(state, "lease.json"),
    open: path.join(state, "open"),
    reserve: path.join(state, "reserve"),
    artefact: path.join(state, "artefact.tar.gz"),
    captures: path.join(state, "captured"),
    forensics: below("var/lib/ghrunners/forensics"),
    records: below("var/lib/ghrunners/deployments"),
    metrics: below("var/lib/prometheus/node-exporter/ghrunners_deploy.prom"),
  };
}
