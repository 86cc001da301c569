/** Causes of a grade, the most serious first. */
export const causes = [
  "maintenance",
  "not_registered",
  "labels_missing",
  "offline",
  "github_unknown",
  "host_unreachable",
  "service",
  "listener",
  "version",
  "work_folder",
  "inodes",
  "failed_jobs",
  "disk",
  "queue",
  "version_end",
  "labels_drifted",
  "ssh",
  "sudo",
  "maintenance_unknown",
] as const;
export type Cause = (typeof causes)[number];
