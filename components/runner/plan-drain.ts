/**
 * Decides whether a runner may be taken out of service now. Pure.
 */
import type { GitHubRunner } from "@ghrunners/core/github/runner";
import { sameLabels } from "@ghrunners/core/github/runner";
import { refusalOnItself, runnerHere } from "./own-machine";

/** A configured runner, and how GitHub shows it. */
export interface DrainedRunner {
  readonly name: string;
  readonly labels: readonly string[];
  readonly atGitHub: GitHubRunner | undefined;
}

export type DrainChoice =
  | { readonly action: "drain"; readonly runnerId: number }
  /** It takes no jobs, so there is nothing to drain. */
  | { readonly action: "nothing" }
  | { readonly action: "refuse"; readonly reason: string };

const isHealthy = ({ atGitHub, labels }: DrainedRunner): boolean =>
  atGitHub !== undefined && atGitHub.online && sameLabels(atGitHub.labels, labels);

const describe = ({ name, atGitHub }: DrainedRunner): string =>
  `${name} is ${atGitHub === undefined ? "not registered" : atGitHub.online ? `online with the labels [${atGitHub.labels.join(", ")}]` : "offline"}`;

/**
 * @param self the runner to change, as GitHub shows it
 * @param all all configured runners, itself included
 * @param force allow it even if this is the last healthy runner; a refusal shows how to set it (`forceHint`)
 * @param here name of the runner whose job this update is; undefined outside a job
 */
export function chooseDrain(
  runnerName: string,
  self: GitHubRunner | undefined,
  all: readonly DrainedRunner[],
  { force, forceHint }: { readonly force: boolean; readonly forceHint: string },
  here = runnerHere(),
): DrainChoice {
  const itself = refusalOnItself(runnerName, here);
  if (itself !== undefined) return { action: "refuse", reason: itself };
  if (self === undefined || !self.online) return { action: "nothing" };
  const peers = all.filter(({ name }) => name !== runnerName);
  // An environment with a single runner has no peer to wait for.
  if (peers.length === 0 || force || peers.some(isHealthy)) return { action: "drain", runnerId: self.id };
  return {
    action: "refuse",
    reason:
      `${runnerName} is not changed: no other runner is healthy (${peers.map(describe).join("; ")}). Expected one that is ` +
      `online with its labels. Next: pulumi up --refresh --target the other runner's resources, or ` +
      forceHint,
  };
}
