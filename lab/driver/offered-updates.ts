import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import type { Rehearsal } from "./rehearsal";

const script = (): string => readFileSync(path.join(projectRoot, "lab", "driver", "offered-updates.sh"), "utf8");

/** Changes what the package sources inside a machine offer: one package of the lab, of no use. */
const change =
  (verb: string) =>
  (rehearsal: Rehearsal, { vmId }: { readonly vmId: number }): Promise<string> =>
    rehearsal.inMachine(vmId, "bash", "-c", script(), "offered-updates.sh", verb);

/** Installs version 1.0 of the package and offers 1.1 as a security update. */
export const offerUpdate = change("offer");

/** A source that does not answer. */
export const breakSources = change("break");

/** Removes the package and the sources. */
export const withdrawUpdates = change("withdraw");

/** The installed version of the package. */
export const installedVersion = change("version");
