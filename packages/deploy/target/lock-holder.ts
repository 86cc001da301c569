/** Describes why no deployment can start while another one is open. Pure. */
import type { OpenDeployment } from "./queries";

/** Names the holder of the lock, and the next command. */
export function describeLockHolder(open: OpenDeployment | null): string {
  if (open?.outcome === "rollback_failed") {
    return (
      `Deployment ${open.id} could not be undone, and its lock is kept so that no other deployment can start. ` +
      `Next: read its incident record, repair the target, then ghrunners deploy --version ${open.version} --retry-rollback`
    );
  }
  return (
    `Deployment ${open?.id} of version ${open?.version} by ${open?.owner} has held the lock since ${open?.startedAt}. ` +
    `Expected a free target. Next: wait for its end, then run the same command again`
  );
}
