/** What a target's inspection means for a deployment: done already, refused, or to be begun. Pure. */
import { verdict } from "../target/checks";
import { heldBy } from "../target/held";
import type { Inspection } from "../target/queries";
import type { Request } from "../protocol/request";

export type Judgement =
  | { readonly kind: "unchanged" }
  | { readonly kind: "refused"; readonly reason: string }
  /** @property problems what the target would refuse it for, as things stand now */
  | { readonly kind: "begin"; readonly problems: readonly string[] };

/** "Nothing to do" comes last: only of a target that is free, with the release whole and healthy. */
export function judge(seen: Inspection, request: Request): Judgement {
  const { open, version, sha256, release, checks, problems } = seen;
  if (open !== null && (open.lease === "held" || open.outcome === "rollback_failed"))
    return { kind: "refused", reason: heldBy(open) };
  // Whatever is there now is on its way back, or forward to its end: the target brings it there before it begins.
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
        `Version ${version} is installed already, but the files of its release are not as its artefact left them. ` +
        `Expected them unchanged. Next: take the change back, or deploy another version number`,
    };
  const unhealthy = verdict(checks);
  if (unhealthy !== undefined)
    return { kind: "refused", reason: `Version ${version} is installed already, and it is not healthy: ${unhealthy}` };
  return { kind: "unchanged" };
}
