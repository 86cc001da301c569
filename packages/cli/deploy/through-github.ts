/** A deployment through GitHub: starts the workflow, and follows its run and its target to the end. */
import { randomBytes } from "node:crypto";
import { stopSignal } from "@ghrunners/deploy/deployer/carry-out";
import { deploymentId } from "@ghrunners/deploy/plan/compile";
import type { Version } from "@ghrunners/deploy/protocol/values";
import type { Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { follow, notStarted, type Followed } from "./follow";
import { foresee } from "./foresee";
import { liveSources } from "./foresee-sources";
import { repositoryOf } from "@ghrunners/core/github/repository";
import { openLiveView } from "./live-view";

/**
 * Pause between two polls, milliseconds. GitHub allows 5000 calls per hour; a server without a limit can be polled
 * faster.
 */
const PAUSE_MS = { counted: 3_000, unlimited: 500 } as const;

export interface ThroughGitHub {
  readonly version: Version;
  /** `auto`, or the role of a runner. */
  readonly runner: string;
}

/**
 * What the workflow is started with. `label` is sent only where it says something new, so that a workflow of the
 * repository without this input goes on working.
 * @param environment label of the stack's runners
 * @param name GitHub's environment; by default it is called like the label
 */
export function workflowInputs(
  { environment, name = environment }: { readonly environment: string; readonly name: string | undefined },
  wanted: ThroughGitHub,
): Readonly<Record<string, string>> & { readonly environment: string } {
  return { ...wanted, environment: name, ...(name === environment ? {} : { label: environment }) };
}

/**
 * @throws Error when the stack has no runners or no environment, deployments are paused, there is no such version, or
 * the workflow cannot be started
 */
export async function deployThroughGitHub(stack: Stack, { version, runner }: ThroughGitHub): Promise<Followed> {
  const settings = await settingsOf(stack);
  const { github, githubToken, deployment, environment, targets, sshPrivateKey, hosts } = settings;
  if (deployment === undefined || hosts === "skip")
    throw new Error(
      `The stack ${stack.name} has no ${deployment === undefined ? "deployment environment" : "runners"}, so nothing ` +
        "deploys through GitHub. Expected ghrunners:deployment and runners that are up. " +
        `Next: ghrunners deploy --version ${version} --direct --plan FILE`,
    );
  const watched = {
    repository: repositoryOf(github),
    token: githubToken,
    workflow: deployment.workflow,
    targets,
    privateKey: sshPrivateKey,
  };
  const id = deploymentId(new Date(), randomBytes(2).toString("hex"));
  const foreseen = await foresee(deployment.workflow, version, await liveSources(watched, environment));
  if (foreseen.kind === "refused") throw new Error(foreseen.reason);
  if (foreseen.kind === "unchanged") return notStarted(id, version);
  const inputs = workflowInputs({ environment, name: deployment.name }, { version, runner });
  const view = await openLiveView({ ...watched, environment: inputs.environment, version, inputs, id });
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const pauseMs = github.writeDelayMs === 0 ? PAUSE_MS.unlimited : PAUSE_MS.counted;
  try {
    return await follow(view, { pauseMs, say, signal: stopSignal() });
  } finally {
    view.close();
  }
}
