/**
 * Lines for the log of a job. GitHub's runner carries out what looks like a workflow command there, wherever it came
 * from: an application on the target could set the job's outputs or hide its errors by what it prints. Pure. Source:
 * actions/runner, ActionCommand.cs: `::` after blanks at the beginning of a line, or `##[` anywhere in it.
 */

/** The text with a sign before each workflow command, so that it is shown and not carried out. */
export const withoutCommands = (text: string): string =>
  text.replace(/^([\s\u0085]*)::/gmu, "$1'::").replaceAll("##[", "# #[");

/**
 * A line that GitHub shows with the run.
 * @param text shown in one line
 * @example annotation("error", "Deployment refused", reason)
 */
export const annotation = (level: "error" | "warning", title: string, text: string): string =>
  `::${level} title=${title}::${text.replace(/\s+/g, " ").replaceAll("%", "%25")}`;
