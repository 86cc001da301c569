/** Updates of a runner's host. */

/**
 * Its time is when a complete upgrade last installed every update. It belongs to root, so a job cannot change it.
 */
export const PATCHED_STAMP = "/var/lib/ghrunners-patched";

/** File below the exporter's state folder with what it knows about updates. */
export const UPDATES_FILE = "updates.json";
