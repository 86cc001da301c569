/**
 * What the host shows about its runner. A fact that could not be read is undefined, never a default.
 */

/** State of the runner's unit, by systemctl show. */
export interface UnitFacts {
  readonly active: boolean;
  /** Seconds since 1970; undefined while it is not active. */
  readonly activeSince: number | undefined;
  readonly restarts: number;
  /** Path below the cgroup file system; undefined while nothing of the unit runs. */
  readonly controlGroup: string | undefined;
  /** Name of the user that jobs run as; undefined while the unit is not there. */
  readonly user: string | undefined;
}

/** The last try to become root as the operator. */
export interface SudoFacts {
  /** When it ended, seconds since 1970. */
  readonly at: number;
  readonly usable: boolean;
}

/** The user of jobs, as `id` shows it. */
export interface JobUser {
  readonly uid: number;
  readonly gids: readonly number[];
}

/** Processes of the unit. */
export interface ProcessFacts {
  /** The listener exists and is neither stopped nor a zombie. */
  readonly listener: boolean;
  readonly worker: boolean;
}

/** Connections of the runner's user to GitHub's port. */
export interface ConnectionFacts {
  readonly established: number;
  /** When the newest bytes came in, seconds since 1970; undefined if these connections never received any. */
  readonly lastReceived: number | undefined;
}

/** Answer of GitHub to a request from this host. */
export interface ProbeFacts {
  readonly reachable: boolean;
  /** This host's clock minus GitHub's, s; undefined without an answer. */
  readonly clockOffset: number | undefined;
}

/** Everything of one collection. */
export interface HostFacts {
  /** When it was collected, seconds since 1970. */
  readonly at: number;
  readonly unit: UnitFacts | undefined;
  readonly processes: ProcessFacts | undefined;
  readonly connections: ConnectionFacts | undefined;
  /** Whether the SSH server or its socket is active. */
  readonly sshActive: boolean | undefined;
  readonly sudo: SudoFacts | undefined;
  /** Folders of jobs by name, and whether their user can use them. */
  readonly jobFolders: Readonly<Record<string, boolean>> | undefined;
  readonly version: string | undefined;
  readonly workFolderBytes: number | undefined;
  readonly probe: ProbeFacts | undefined;
}
