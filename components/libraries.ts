/**
 * The two libraries that are loaded at their first use: comparing state and program needs neither, and they take 60 and
 * 100 ms of processor time in each of the engine's processes (Octokit and ssh2, Node 24). Everything else is imported as
 * usual.
 */

/** GitHub's client. */
export const gitHubLibrary = () =>
  require("@ghrunners/core/github/client") as typeof import("@ghrunners/core/github/client");

/** Sessions on hosts. */
export const sshLibrary = () => require("@ghrunners/core/ssh/session") as typeof import("@ghrunners/core/ssh/session");
