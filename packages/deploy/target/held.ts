/** Describes why no deployment can start while another one is open. Pure. */
import type { OpenDeployment } from "./queries";

/** Whose lock it is, and what comes next. */
export function heldBy(open: OpenDeployment | null): string {
  if (open?.outcome === "rollback_failed") {
    return (
      `Deployment ${open.id} could not be undone, and its lock is kept so that nobody deploys over it. ` +
      `Next: look at its incident record, mend the target, then ghrunners deploy --version ${open.version} --retry-rollback`
    );
  }
  return (
    `Deployment ${open?.id} of version ${open?.version} by ${open?.owner} holds the lock since ${open?.startedAt}. ` +
    `Expected a free target. Next: wait for its end, then the same command again`
  );
}
