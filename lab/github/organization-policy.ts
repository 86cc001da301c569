/**
 * What the organization lets its repositories do with Actions. Source: GitHub, "Disabling or limiting GitHub Actions for
 * your organization", and REST, "GitHub Actions Permissions".
 */
import type { OrganizationPolicyState, RepositorySettings } from "./model";
import type { Services } from "./services";

type Known = Pick<Services, "seed" | "store" | "faults">;

/** As GitHub makes an organization: everything is allowed. */
const everything: OrganizationPolicyState = {
  actions: { enabledFor: "all", repositories: [] },
  runners: { enabledFor: "all", repositories: [] },
  allowedActions: "all",
  shaPinningRequired: false,
  selected: { githubOwnedAllowed: false, verifiedAllowed: false, patternsAllowed: [] },
};

export const policyOf = ({ store }: Pick<Services, "store">): OrganizationPolicyState =>
  store.state.organizationPolicy ?? structuredClone(everything);

const includes = (
  { enabledFor, repositories }: OrganizationPolicyState["actions"],
  { seed }: Pick<Services, "seed">,
): boolean => enabledFor === "all" || (enabledFor === "selected" && repositories.includes(seed.repository.id));

/** Whether the organization lets the repository use Actions. A person's repository has no such policy. */
export const actionsAllowed = (known: Known): boolean => includes(policyOf(known).actions, known);

/** Whether the repository may have runners of its own. */
export const ownRunnersAllowed = (known: Known): boolean =>
  includes(policyOf(known).runners, known) && known.faults.active("repository-runners-disabled") === undefined;

/** The organization's choice of actions, which the repository cannot change; undefined: it leaves the choice to it. */
export function imposedActions(
  known: Known,
): Pick<RepositorySettings["actions"], "allowedActions" | "selected"> | undefined {
  const { allowedActions, selected } = policyOf(known);
  return allowedActions === "all" ? undefined : { allowedActions, selected };
}
