/** What keeps workflows, the runners or the managed list of actions from working, whoever decided it. Pure. */
import type { OrganizationPolicy, RepositoryActions } from "@ghrunners/core/github/actions-policy";
import type { DeploymentInputs, PreflightInputs } from "./args";
import type { Answer, PreflightProblem } from "./observation";

/** What was seen of what may run in the repository. */
export interface ActionsPolicySeen {
  readonly repository: Answer<RepositoryActions>;
  /** The value is undefined where the token may not see it; all of it: the owner is a person. */
  readonly organization: Answer<OrganizationPolicy | undefined> | undefined;
}

/** Undefined where it is not known, and for a person. */
export const organizationIn = ({ organization }: ActionsPolicySeen): OrganizationPolicy | undefined =>
  organization !== undefined && "value" in organization ? organization.value : undefined;

const PLACE = "Settings, Actions, General";

/** Why no workflow runs; undefined: Actions is on. */
export function actionsOff(
  { enabled }: RepositoryActions,
  organization: OrganizationPolicy | undefined,
  repository: string,
): string | undefined {
  if (enabled) return undefined;
  const head = `GitHub Actions is off for ${repository}`;
  const owner = `Next: an owner of the organization allows it there (${PLACE})`;
  if (organization?.actions === "none") return `${head}: its organization allows it nowhere. Expected it on. ${owner}`;
  if (organization?.actions === "selected")
    return (
      `${head}: its organization allows it for selected repositories. Expected it on, and this one among them. ` +
      `Next: an owner of the organization selects it there, or an administrator turns it on in the repository (${PLACE})`
    );
  return `${head}. Expected it on. Next: allow it in the repository's settings, or in its organization's (${PLACE})`;
}

/** Why the repository can register no runner; undefined: it can, or its runners are the organization's. */
export function ownRunnersOff(
  organization: OrganizationPolicy | undefined,
  { repository, runnerGroup }: Pick<PreflightInputs["github"], "repository" | "runnerGroup">,
): string | undefined {
  if (organization?.ownRunners !== false || runnerGroup !== undefined) return undefined;
  return (
    `the organization forbids ${repository} runners of its own. Expected it to allow them, or runners of the organization. ` +
    `Next: an owner allows them in the organization's ${PLACE}, Runners, or pulumi config set --path ` +
    `'ghrunners:github.runnerGroup' GROUP`
  );
}

const kinds = { local_only: "only the organization's own actions", selected: "only actions that it lists" } as const;

/** Why GitHub refuses what the stack wants to set for actions; undefined: the stack sets nothing, or may. */
export function actionsImposed(
  organization: OrganizationPolicy | undefined,
  rules: DeploymentInputs["rules"],
): string | undefined {
  const allowed = organization?.allowed;
  if (rules === undefined || allowed === undefined || allowed === "all") return undefined;
  const wanted = rules.actionsListed ? "the list in repository.allowedActions" : "every action, which the stack sets";
  return (
    `the organization allows ${kinds[allowed]}, and GitHub answers 409 when a repository sets others: ${wanted}. ` +
    `Expected an organization that leaves the choice to its repositories. Next: an owner allows all actions in the ` +
    `organization's ${PLACE}, or pulumi config set --path 'ghrunners:repository.manage' false before the first pulumi up`
  );
}

/** For the preview: that no workflow runs; empty also where it is not known. */
export function offNotices(seen: ActionsPolicySeen | undefined, repository: string): string[] {
  if (seen === undefined || "error" in seen.repository) return [];
  return [actionsOff(seen.repository.value, organizationIn(seen), repository)].filter((each) => each !== undefined);
}

/** What GitHub would refuse during the update, and how the preflight takes it. */
export interface ImposedActions {
  readonly problems: readonly PreflightProblem[];
  readonly notices: readonly string[];
}

/**
 * A stack that would begin to choose the actions is refused before anything is made. What a stack has set stays in its
 * state, and an update that does not change it sends nothing: there it is only said. Empty where it is not known.
 * @param wasManaged whether the stack has set the repository's rules before
 */
export function imposedActions(
  seen: ActionsPolicySeen | undefined,
  rules: DeploymentInputs["rules"],
  wasManaged: boolean,
): ImposedActions {
  const reason = actionsImposed(seen && organizationIn(seen), rules);
  if (reason === undefined) return { problems: [], notices: [] };
  return wasManaged
    ? { problems: [], notices: [reason] }
    : { problems: [{ setting: "repository.manage", reason }], notices: [] };
}
