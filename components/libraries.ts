/**
 * The two libraries that are loaded only when they are used. Comparing state and program needs neither, and in each of
 * the engine's processes they take 60 ms (Octokit) and 100 ms (ssh2) of processor time on Node 24. Everything else is
 * imported as usual.
 */

/** GitHub's client. */
export const gitHubLibrary = () =>
  require("@ghrunners/core/github/client") as typeof import("@ghrunners/core/github/client");

/** Sessions on hosts. */
export const sshLibrary = () => require("@ghrunners/core/ssh/session") as typeof import("@ghrunners/core/ssh/session");
