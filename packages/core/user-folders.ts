/** Folders of this user, by the XDG Base Directory Specification. */
import { accessSync, constants, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

const home = (env: NodeJS.ProcessEnv): string => env.HOME ?? homedir();

/** Files that can be made again: XDG_CACHE_HOME, or ~/.cache. */
export const cacheFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  path.join(env.XDG_CACHE_HOME || path.join(home(env), ".cache"), "ghrunners");

/** Files that must be kept between two commands: GHRUNNERS_STATE, or a folder in XDG_STATE_HOME or ~/.local/state. */
export const stateFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  env.GHRUNNERS_STATE || path.join(env.XDG_STATE_HOME || path.join(home(env), ".local", "state"), "ghrunners", "cli");

/**
 * Makes a folder of this user, if it is not there, for its owner alone.
 * @param variable environment variable that names another place
 * @throws Error that says which folder, why, and what to do, where it cannot be made or written
 * @example ensureUserFolder(path.join(stateFolder(), "rotations"), "GHRUNNERS_STATE");
 */
export function ensureUserFolder(folder: string, variable: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Error(
      `The folder ${folder} cannot be written: ${(error as Error).message}. Expected a home (HOME) in which this user can ` +
        `make files, or ${variable} with another place. Next: export ${variable}=FOLDER, then the same command again`,
      { cause: error },
    );
  }
}
