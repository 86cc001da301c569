/** The proof of a deploy key by a job: on a runner, in the environment, with the key that GitHub's secret holds. */
import { runnerLabels } from "@ghrunners/core/vocabulary/runner";
import type { Settings } from "@ghrunners/config/parse";
import type { TargetSettings } from "@ghrunners/config/targets";
import { requireWorkflow, runWorkflow } from "../workflow-run/run";

/** File below .github/workflows. */
const WORKFLOW = "deploy-key-proof.yml";
/** Long enough for a reviewer to be found. */
const LIMIT_SECONDS = 1_800;

export interface KeyProof {
  /** Name of the secret at GitHub. */
  readonly secret: string;
  /** Kind and base64 text. */
  readonly publicKey: string;
  readonly targets: readonly TargetSettings[];
}

/** @throws Error if the default branch lacks the workflow */
export function requireProofWorkflow(settings: Settings, secret: string): Promise<void> {
  const instead = `prove the key from this machine instead: ghrunners rotate ${secret} --apply --proof ssh`;
  return requireWorkflow(settings, WORKFLOW, instead);
}

/** @returns a sentence that says what was proved */
export async function proveByJob(settings: Settings, { secret, publicKey, targets }: KeyProof): Promise<string> {
  const { environment, deployment, agent } = settings;
  const { runner, url } = await runWorkflow(settings, {
    workflow: WORKFLOW,
    runners: [...settings.runners]
      .sort((a, b) => a.role.localeCompare(b.role))
      .map(({ name, role }) => ({ name, labels: runnerLabels(environment, role, agent.extraLabels) })),
    limitSeconds: LIMIT_SECONDS,
    inputs: {
      environment: deployment?.name ?? environment,
      secret,
      "public-key": publicKey,
      targets: targets.map(({ user, address }) => `${user}@${address}`).join(" "),
      "known-hosts": JSON.stringify(targets.map(({ address, hostKey }) => `${address} ${hostKey}`)),
    },
  });
  return `the key of the secret logged in from ${runner}: ${url}`;
}
