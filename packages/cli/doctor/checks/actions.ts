/** What may run in the repository, by its own settings and by its organization's policy. Pure. */
import { actionsImposed, actionsOff, ownRunnersOff } from "@ghrunners/components/preflight/actions-policy";
import type { PreflightInputs } from "@ghrunners/components/preflight/args";
import type { AllowedActions } from "@ghrunners/core/github/actions-policy";
import { type DoctorVerdict, fromMessage, ok } from "../check";
import type { AskedGitHub } from "../facts";
import { AGAIN, nothingAsked, refused } from "./asked-github";

const NOT_KNOWN =
  "what the organization forbids is not known: the token may not see it (permission Administration: read of the organization)";

const allowing: Readonly<Record<AllowedActions, string>> = {
  all: "every action may run",
  local_only: "only the owner's actions may run",
  selected: "only listed actions may run",
};

export function judgeActions(
  { deployment }: AskedGitHub,
  { github, deployment: wanted, hosts }: PreflightInputs,
): DoctorVerdict | readonly DoctorVerdict[] {
  if ("error" in deployment) return fromMessage("unknown", deployment.error, AGAIN);
  const { policy } = deployment.value;
  if (policy === undefined) return nothingAsked();
  const { repository, organization } = policy;
  if ("error" in repository)
    return refused(repository.status) === "problem"
      ? ok("not known: the token may not read the repository's settings of Actions")
      : fromMessage("unknown", repository.error, AGAIN);
  if (organization !== undefined && "error" in organization) return fromMessage("unknown", organization.error, AGAIN);
  const imposing = organization?.value;
  const problems = [
    actionsOff(repository.value, imposing, github.repository),
    hosts ? ownRunnersOff(imposing, github) : undefined,
  ].flatMap((reason) => (reason === undefined ? [] : [fromMessage("problem", reason, AGAIN)]));
  // What was set before stays as it is: nothing stops working by it.
  const imposed = actionsImposed(imposing, wanted.rules);
  const verdicts = [...problems, ...(imposed === undefined ? [] : [fromMessage("warning", imposed, AGAIN)])];
  if (verdicts.length > 0) return verdicts;
  const { allowed = "all" } = repository.value;
  const isHidden = organization !== undefined && imposing === undefined;
  return ok([`Actions is on, and ${allowing[allowed]}`, ...(isHidden ? [NOT_KNOWN] : [])].join("; "));
}
