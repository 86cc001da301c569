/**
 * An update that runs as a job on one of the machines it manages. It would wait for its own end, or end itself: so the
 * machine stays as it is, and what cannot be left for later is refused. Pure, except that GitHub's runner says in the
 * environment of a job which one it is.
 */
import type * as pulumi from "@pulumi/pulumi";

/**
 * Name of the runner whose job this process belongs to; undefined outside a job. Source: GitHub,
 * "Default environment variables".
 */
export const runnerHere = (env: NodeJS.ProcessEnv = process.env): string | undefined => env.RUNNER_NAME || undefined;

/** What to do instead. */
export const ELSEWHERE = "Next: pulumi up on a workstation";

/** Why a step that disturbs this runner cannot be done from its own job; undefined if it can. */
export const refusalOnItself = (runnerName: string, here = runnerHere()): string | undefined =>
  runnerName === here
    ? `${runnerName} is not changed: this update is a job on it, and would wait for its own end. ${ELSEWHERE}`
    : undefined;

/** @throws Error if this process is a job on that runner */
export function refuseOnItself(runnerName: string): void {
  const refusal = refusalOnItself(runnerName);
  if (refusal !== undefined) throw new Error(refusal);
}

/**
 * Leaves every resource as the state has it, whatever the program asks for; one that does not exist yet is created.
 * @example new Runner("delivery", args, { transformations: [asItIs] })
 */
export const asItIs: pulumi.ResourceTransformation = ({ props, opts }) => ({
  props,
  // What a resource leaves out anyway stays named: the bridge to Proxmox VE's provider does not know the asterisk.
  opts: { ...opts, ignoreChanges: [...(opts.ignoreChanges ?? []), "*"], replaceOnChanges: [] },
});
