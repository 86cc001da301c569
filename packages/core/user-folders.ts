/** Folders of this user, by the XDG Base Directory Specification. */
import { homedir } from "node:os";
import path from "node:path";

const home = (env: NodeJS.ProcessEnv): string => env.HOME ?? homedir();

/** Files that can be made again: XDG_CACHE_HOME, or ~/.cache. */
export const cacheFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  path.join(env.XDG_CACHE_HOME || path.join(home(env), ".cache"), "ghrunners");

/** Files that must be kept between two commands: GHRUNNERS_STATE, or a folder in XDG_STATE_HOME or ~/.local/state. */
export const stateFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  env.GHRUNNERS_STATE || path.join(env.XDG_STATE_HOME || path.join(home(env), ".local", "state"), "ghrunners", "cli");
