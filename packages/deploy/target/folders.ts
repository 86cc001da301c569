import path from "node:path";

/** Where the agent keeps its things. A root other than `/` lets it work on a copy of a file tree. */
export interface Folders {
  readonly root: string;
  /** Journal, lease, reserve, artefact and captured files of the transaction at hand. */
  readonly state: string;
  readonly journal: string;
  readonly lease: string;
  /** Exists while a transaction is open: the guard runs for as long. */
  readonly open: string;
  /** A file that is given back to a full disk, so that the undo can be written down. */
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
