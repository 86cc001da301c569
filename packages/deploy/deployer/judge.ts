/** Decides from a target's inspection whether a deployment is already done, is refused, or can begin. Pure. */
import { verdict } from "../target/checks";
import { describeLockHolder } from "../target/lock-holder";
import type { Inspection } from "../target/queries";
import type { Request } from "../protocol/request";

export type Judgement =
  | { readonly kind: "unchanged" }
  | { readonly kind: "refused"; readonly reason: string }
  /** @property problems reasons why the target would refuse it in its current state */
  | { readonly kind: "begin"; readonly problems: readonly string[] };

/** "Nothing to do" comes last: only for a target that is free, with an intact and healthy release. */
export function judge(seen: Inspection, request: Request): Judgement {
  const { open, version, sha256, release, checks, problems } = seen;
  if (open !== null && (open.lease === "held" || open.outcome === "rollback_failed"))
    return { kind: "refused", reason: describeLockHolder(open) };
  // The current state will change: the target first ends the open deployment, forward or back.
  if (open !== null)
    return {
      kind: "begin",
      problems: [`deployment ${open.id} of version ${open.version} is not over yet`, ...problems],
    };
  if (version !== request.version || sha256 !== request.artefact.sha256) return { kind: "begin", problems };
  if (release !== "whole")
    return {
      kind: "refused",
      reason:
        `Version ${version} is already installed, but the files of its release are not as its artefact left them. ` +
        `Expected them unchanged. Next: undo that change, or deploy another version number`,
    };
  const unhealthy = verdict(checks);
  if (unhealthy !== undefined)
    return { kind: "refused", reason: `Version ${version} is already installed, and it is not healthy: ${unhealthy}` };
  return { kind: "unchanged" };
}
