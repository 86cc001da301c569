/**
 * Whether the user of jobs can use the folders that the runner gives it, computed from their owner and mode: the
 * exporter has another user and no privilege, so it cannot try. Like `test -w -a -x` of
 * packages/cli/drift/scripts/observe-host.sh, except that a read-only file system and access lists are not seen. Pure.
 */
import type { Stats } from "node:fs";
import type { JobUser } from "./facts";

/**
 * @param text output of `id -- USER`
 * @throws Error if it has no number of a user and a group
 */
export function parseJobUser(text: string): JobUser {
  const [, uid, gid, rest = ""] = /^uid=(\d+)\S* gid=(\d+)\S*(.*)/.exec(text) ?? [];
  if (uid === undefined || gid === undefined) {
    throw new Error(`id answered "${text.trim().slice(0, 200)}", expected uid=NUMBER and gid=NUMBER.`);
  }
  const groups = [...rest.matchAll(/[=,](\d+)/g)].map(([, number]) => Number(number));
  return { uid: Number(uid), gids: [Number(gid), ...groups] };
}

/** Write and enter, of owner, group or others: the first that the user is decides, as in the kernel. */
export function canUse(folder: Pick<Stats, "uid" | "gid" | "mode" | "isDirectory">, { uid, gids }: JobUser): boolean {
  const { mode } = folder;
  const bits = folder.uid === uid ? mode >> 6 : gids.includes(folder.gid) ? mode >> 3 : mode;
  return folder.isDirectory() && (uid === 0 || (bits & 0o3) === 0o3);
}
