/** A deployment through GitHub: the workflow is started, and its run and its target are followed to the end. */
import { randomBytes } from "node:crypto";
import type { Settings } from "@ghrunners/config/parse";
import type { Lab } from "@ghrunners/lab/lifecycle";
import { runInside } from "../inside";
import { DeployKeyRotation } from "../rotate/key";
import type { Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { note } from "@ghrunners/core/terminal";
import { deploymentId } from "@ghrunners/deploy/plan/compile";
import type { Version } from "@ghrunners/deploy/protocol/values";
import { bootLabTarget } from "./target";
import type { Followed } from "./follow";
import { pushDemoApp } from "./lab-repository";
import type { LabSecretInput } from "./lab-secret.worker";
import type { FollowInput } from "./worker";

/** GitHub counts calls, 5000 an hour; a laboratory's does not refuse any. */
const PAUSE_MS = { lab: 500, github: 3_000 } as const;

const DEPLOY_KEY = "DEPLOY_KEY";

export interface ThroughGitHub {
  readonly version: Version;
  /** auto, or a runner by hand. */
  readonly runner: string;
}

/** @throws Error when the stack has no runners or no environment, or the workflow cannot be started */
export async function deployThroughGitHub(stack: Stack, { version, runner }: ThroughGitHub): Promise<Followed> {
  const settings = await settingsOf(stack.engine);
  const { github, githubToken, deployment, environment, targets, sshPrivateKey, hosts } = settings;
  if (deployment === undefined || hosts === "skip")
    throw new Error(
      `The stack ${stack.name} has no ${deployment === undefined ? "deployment environment" : "runners"}, so nothing ` +
        `deploys through GitHub. Expected ghrunners:deployment and runners that are up. Next: npm run deploy -- --version ${version} --direct`,
    );
  if (stack.lab !== undefined) await prepareLab(stack, stack.lab, settings);
  return runInside<FollowInput, Followed>(stack.engine, "packages/cli/deploy/worker.ts", {
    repository: { url: github.url, fullName: github.repository },
    token: githubToken,
    reviewerToken: stack.lab?.secrets.reviewerToken,
    workflow: deployment.workflow,
    inputs: { version, environment: deployment.name ?? environment, runner },
    targets,
    privateKey: sshPrivateKey,
    id: deploymentId(new Date(), randomBytes(2).toString("hex")),
    pauseMs: stack.lab === undefined ? PAUSE_MS.github : PAUSE_MS.lab,
  });
}

/** What a team has done once before its first deployment: pushed its release, set a secret, made the deploy key. */
async function prepareLab(stack: Stack, lab: Lab, settings: Settings): Promise<void> {
  await bootLabTarget(stack, note);
  await pushDemoApp(lab.instance);
  const { github, githubToken: token, secrets, secretValues } = settings;
  const repository = { url: github.url, fullName: github.repository };
  const view = { name: "RUNNER_VIEW_TOKEN", value: lab.secrets.exporterToken };
  await runInside<LabSecretInput, string>(stack.engine, "packages/cli/deploy/lab-secret.worker.ts", {
    repository,
    token,
    ...view,
  });
  const key = secrets.find(({ name }) => name === DEPLOY_KEY);
  if (key === undefined) return;
  // The deployment that follows is the proof by a job.
  const rotation = new DeployKeyRotation(stack, settings, key, "ssh");
  // A laboratory's target is removed and made anew at will; the new one knows no key.
  if (!(await rotation.opensEveryTarget(secretValues[DEPLOY_KEY]))) {
    note("making the deploy key (npm run ops -- rotate DEPLOY_KEY --apply)");
    await rotation.carryOn(note);
  }
}
