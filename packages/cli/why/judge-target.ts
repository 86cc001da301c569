/** What a target's lock means for another deployment. Pure. */
import type { TargetFacts } from "./facts";

/** The lock of a failed rollback stays until an operator has repaired the target. */
export function partialTarget({ name, open }: TargetFacts): string[] {
  if (open?.outcome !== "rollback_failed") return [];
  return [
    `The target ${name} is locked: deployment ${open.id} of version ${open.version} could not be undone, and refuses every other one`,
  ];
}

/** The lock that refused a deployment that has no record on the target. */
export function lockOf(target: TargetFacts): { readonly words: string; readonly next: string } | undefined {
  const { name, open } = target;
  if (open === null) return undefined;
  const [partial] = partialTarget(target);
  if (partial !== undefined)
    return {
      words: partial,
      next: `docs/runbooks/deployment-failed.md#deploymentpartialstate, then ghrunners deploy --version ${open.version} --retry-rollback`,
    };
  return {
    words: `The target ${name} is locked: deployment ${open.id} of version ${open.version} by ${open.owner} has held it since ${open.startedAt}`,
    next: "wait for its end, then start the deployment again",
  };
}
