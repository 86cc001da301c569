/** Where the messages of a job lead for help. Pure. */

/**
 * Address of the folder of runbooks, without a slash at its end: the variable RUNBOOKS_URL, else the folder of the
 * repository that runs the job, which is right where it is a copy of this project.
 */
export function runbooksFolder(variables: Readonly<Record<string, string | undefined>>): string {
  const { RUNBOOKS_URL = "", GITHUB_SERVER_URL: url = "", GITHUB_REPOSITORY: fullName = "" } = variables;
  // It is printed, and a runner treats lines that begin with two colons as commands.
  const given = RUNBOOKS_URL.replace(/\s+/g, "").replace(/\/+$/, "");
  // GitHub shows the default branch as HEAD, whatever its name.
  return given || `${url}/${fullName}/blob/HEAD/docs/runbooks`;
}

/**
 * The command that prints a runbook wherever it is kept; undefined for a page that is no alert's.
 * @example runbookCommand("monitoring-blind.md#failoverswitchstale") // "ghrunners runbook failoverswitchstale"
 */
export function runbookCommand(runbook: string): string | undefined {
  const [, alert] = runbook.split("#");
  return alert === undefined ? undefined : `ghrunners runbook ${alert}`;
}
