/**
 * What the deployer sends to a target: a compiled plan (deploy/plan) with everything that the target needs to deploy,
 * to check itself and to roll back by itself. Plain data, with all defaults filled in.
 *
 * Texts may contain `{version}`, `{release}` (folder of that version), `{previous}` and `{previousRelease}`; they are
 * filled in on the target: after an undo `{version}` and `{release}` mean the captured version.
 */

import type { DeploymentId, Version } from "./values";

/** Units to reload or restart after a file or link has changed, and after its undo. */
export interface UnitActions {
  readonly daemonReload: boolean;
  readonly reload: readonly string[];
  readonly restart: readonly string[];
}

export type Step = { readonly name: string; readonly limitSeconds: number } & (
  | { /** Unpacks the artefact into the folder of the release. Undo: the folder is removed. */ readonly kind: "unpack" }
  | {
      /** Points `current` to the release. Undo: points it back. */ readonly kind: "activate";
      readonly then: UnitActions;
    }
  | {
      /** Installs a file of the release. Undo: restores the captured file with its mode, or removes it. */
      readonly kind: "file";
      readonly from: string;
      readonly to: string;
      /** Octal, such as `0644`. */
      readonly mode: string;
      readonly then: UnitActions;
    }
  | {
      /**
       * Stops units, or starts them now and at each boot. Undo of a stop: starts those that were active. Undo of a
       * start: stops them, and restores which ones start at boot.
       */
      readonly kind: "units";
      readonly action: "start" | "stop";
      readonly units: readonly string[];
    }
  | { readonly kind: "command"; readonly run: readonly string[]; readonly undo: readonly string[] }
  | {
      /** A migration that only adds: it stays when the version is rolled back. */
      readonly kind: "expand";
      readonly run: readonly string[];
      /** The oldest version of the application that works with the result of this step. */
      readonly oldestVersion: string;
    }
);

export type Probe =
  | {
      readonly kind: "http";
      readonly url: string;
      readonly method: "GET" | "POST" | "HEAD";
      readonly body?: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly status: number;
      /** Text that the body must contain. */
      readonly contains?: string;
      /** Fields of a JSON answer (`a.b`) and the text that each must have. */
      readonly json: Readonly<Record<string, string>>;
    }
  | { readonly kind: "command"; readonly run: readonly string[]; readonly prints?: string }
  | { readonly kind: "units"; readonly units: readonly string[] }
  | { readonly kind: "disk"; readonly path: string; readonly maxUsedPercent: number }
  | { readonly kind: "memory"; readonly maxUsedPercent: number }
  /** One-minute load average for each processor. */
  | { readonly kind: "load"; readonly maxPerProcessor: number };

export const categories = ["backend", "frontend", "database", "cache", "external", "system", "proxy", "units"] as const;
export type Category = (typeof categories)[number];

export interface Check {
  readonly name: string;
  readonly category: Category | "smoke";
  /** A check that is not critical only warns. */
  readonly critical: boolean;
  readonly attempts: number;
  readonly pauseSeconds: number;
  readonly limitSeconds: number;
  readonly probe: Probe;
}

/** Origin of a deployment, kept with its record. */
export interface Origin {
  /** Address of the workflow run. */
  readonly run?: string;
  /** Decision of the gate that chose the runner (docs/reference/schemas/gate-decision.json). */
  readonly gate?: object;
}

export interface Request {
  readonly format: 1;
  readonly id: DeploymentId;
  readonly environment: string;
  readonly application: string;
  readonly version: Version;
  /** Who deploys, such as `platform-operator@runner-1`. */
  readonly owner: string;
  readonly target: string;
  /** Absent if the deployment does not come from a runner. */
  readonly origin?: Origin;
  readonly artefact: { readonly sha256: string; readonly bytes: number };
  /** Folder of the releases; one folder for each version. */
  readonly releases: string;
  /** Link to the current release. */
  readonly current: string;
  readonly steps: readonly Step[];
  readonly health: readonly Check[];
  readonly smoke: readonly Check[];
  readonly limits: {
    /** How long the deployer may be silent before the target rolls back by itself. */
    readonly leaseSeconds: number;
    /** Time limit of the deployment, without a rollback. */
    readonly totalSeconds: number;
    /** Free space that the releases' file system must have in addition to three times the artefact. */
    readonly freeMiB: number;
    /** Releases kept, the current one included. */
    readonly keepReleases: number;
  };
}

export type CheckResult = {
  readonly name: string;
  readonly category: Category | "smoke";
  readonly critical: boolean;
  readonly ok: boolean;
  readonly attempts: number;
  readonly milliseconds: number;
  /** What was seen, if it is not ok. */
  readonly detail: string;
};
