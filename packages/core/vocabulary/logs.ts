/**
 * Names of the log path from a runner host to where logs are kept. Pure data.
 */

/** Labels of every log stream: few, and none of them grows with the number of jobs. */
export const logLabels = ["host", "environment", "role", "unit"] as const;

export type LogLabel = (typeof logLabels)[number];

/** The journal field that stands for a label where logs are kept in a journal: `role` is GHRUNNERS_ROLE. */
export function journalField(label: LogLabel): string {
  return `GHRUNNERS_${label.toUpperCase()}`;
}

/** Journal namespace of redacted lines on a host; nothing else of its journal is uploaded. */
export const LOG_NAMESPACE = "ghrunners-logs";

/** Units of the shippers on a runner host. */
export const logUnits = {
  alloy: "ghrunners-alloy.service",
  redactor: "ghrunners-log-redactor.service",
  upload: "systemd-journal-upload.service",
} as const;

/** Folder of uploaded journals on the monitoring host, Debian's default. */
export const REMOTE_JOURNAL = "/var/log/journal/remote";

/** What one sender may keep there, MiB: a flood pushes out the sender's own oldest lines, and nobody else's. */
export const SENDER_MEBIBYTES = 1024;

/** TCP port of systemd-journal-remote, its default. */
export const JOURNAL_REMOTE_PORT = 19532;
