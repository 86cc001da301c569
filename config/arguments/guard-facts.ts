import { runnerLabels } from "@ghrunners/core/vocabulary/runner";
import { BASELINE } from "@ghrunners/components/github/baseline";
import type { Facts } from "@ghrunners/policy/facts";
import type { WorkflowFacts } from "@ghrunners/policy/workflows";
import { machinesOf } from "../machines";
import type { Settings } from "../parse";

/** Facts that are not in a setting. */
export interface CheckoutFacts {
  readonly workflows: () => readonly WorkflowFacts[];
  readonly passphraseIsEmpty: boolean;
}

/** Facts for the guards, from the settings: the same facts that the policy pack takes from the resource graph. Pure. */
export function guardFacts(settings: Settings, { workflows, passphraseIsEmpty }: CheckoutFacts): Facts {
  const { environment, runners, agent, safety, deployment, repository, secrets, hosts } = settings;
  return {
    environment,
    passphraseIsEmpty,
    pool: {
      members: runners.map(({ name, role }) => ({
        runner: name,
        labels: runnerLabels(environment, role, agent.extraLabels),
      })),
      events: hosts === "manage" ? agent.allowedEvents : [],
      workflows,
    },
    publicAccepted: safety.allowPublicRepository !== undefined,
    machines: machinesOf(settings).map(({ name }) => ({ name, protected: safety.protect })),
    ...(deployment === undefined
      ? {}
      : { deployment: { environment: deployment.name ?? environment, reviewers: deployment.reviewers } }),
    ...(repository.manage
      ? {
          defaultToken: {
            canWrite: (BASELINE.defaultWorkflowPermissions as string) === "write",
            approvesPullRequests: BASELINE.canApprovePullRequestReviews,
          },
          acceptsUnpinnedActions: !BASELINE.shaPinningRequired,
        }
      : {}),
    // This program passes every secret by `value`.
    secrets: secrets.map(({ name }) => ({ name, plaintext: false })),
  };
}
