/**
 * Names along the path of logs from a runner host to their store. Pure data.
 */

/** Labels of every log stream: few, and none of them grows with the number of jobs. */
export const logLabels = ["host", "environment", "role", "unit"] as const;

export type LogLabel = (typeof logLabels)[number];

/** The journal field of a label, for logs that are kept in a journal: `role` is GHRUNNERS_ROLE. */
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

/** Space of one sender there, MiB: a flood removes the sender's own oldest lines only. */
export const SENDER_MEBIBYTES = 1024;

/** TCP port of systemd-journal-remote, its default. */
export const JOURNAL_REMOTE_PORT = 19532;
