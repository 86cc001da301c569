import type { GitHubState } from "./model";
import { defaultGroup } from "./runner-groups";

/** A repository that was created just now, with GitHub's defaults for a private one. */
export function initialState(createdAt: string): GitHubState {
  return {
    eventSequence: 0,
    lastId: 10_000,
    createdAt,
    repository: {
      actions: {
        enabled: true,
        allowedActions: "all",
        shaPinningRequired: false,
        selected: { githubOwnedAllowed: false, verifiedAllowed: false, patternsAllowed: [] },
        workflow: { defaultPermissions: "read", canApprovePullRequestReviews: false },
        forkPullRequestApproval: "first_time_contributors",
      },
      oidcSubject: { useDefault: true, includeClaimKeys: [], useImmutableSubject: false },
    },
    runners: [],
    runnerGroups: [defaultGroup()],
    runnerTokens: [],
    apps: [],
    tokens: [],
    environments: [],
    secrets: [],
    variables: [],
    keyPairs: [],
    rulesets: [],
    issues: [],
    comments: [],
    workflows: [],
    actions: { runs: [], jobs: [], runNumbers: {} },
    faults: [],
    newestEvents: [],
  };
}
