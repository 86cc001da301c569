import assert from "node:assert/strict";
import {
  actionsOff,
  type ActionsPolicySeen,
  imposedActions,
  offNotices,
  ownRunnersOff,
} from "@ghrunners/components/preflight/actions-policy";
import { observeDeployment } from "@ghrunners/components/preflight/observe-deployment";
import type { OrganizationPolicy } from "@ghrunners/core/github/actions-policy";
import { GitHubClient } from "@ghrunners/core/github/client";
import { ofOrganization, onEnterprise, owner, repo, TestEmulator } from "@ghrunners/lab/driver/emulator";

const open: OrganizationPolicy = { actions: "all", allowed: "all", ownRunners: true };
const repository = "octo-org/demo-app";
const rules = { requiredApprovals: 1, codeOwners: false, actionsListed: true };

const seen = (changes: Partial<OrganizationPolicy>, enabled = true): ActionsPolicySeen => ({
  repository: { value: { enabled, allowed: enabled ? "all" : undefined } },
  organization: { value: { ...open, ...changes } },
});

/** The reasons alone. */
const imposed = (...[policy, managed]: [ActionsPolicySeen | undefined, typeof rules | undefined]): string[] =>
  imposedActions(policy, managed, false).problems.map(({ reason }) => reason);

describe("what the preflight reads of the policy for Actions", () => {
  const inputs = { environment: undefined, rules, repositorySecrets: false, repositoryVariables: false };
  const policySeen = async (
    prepare: Parameters<typeof TestEmulator.start>[0],
    work: (emulator: TestEmulator) => Promise<unknown>,
  ): Promise<ActionsPolicySeen | undefined> => {
    const emulator = await TestEmulator.start(prepare);
    try {
      await work(emulator);
      const github = new GitHubClient({ url: emulator.url, fullName: `${owner}/${repo}` }, "operator-token", {
        fetch: emulator.fetch as typeof fetch,
      });
      return (await observeDeployment(github, inputs, emulator.url)).policy;
    } finally {
      await emulator.stop();
    }
  };

  it("is the organization's and the repository's", async () => {
    const narrow = await policySeen(ofOrganization("enterprise"), (emulator) =>
      emulator.rest("PUT", `/orgs/${owner}/actions/permissions`, {
        body: { enabled_repositories: "all", allowed_actions: "selected" },
      }),
    );
    assert.deepEqual(narrow, {
      repository: { value: { enabled: true, allowed: "selected" } },
      organization: { value: { ...open, allowed: "selected" } },
    });
    assert.match(imposed(narrow, rules).join(), /409/);
  });

  it("is the repository's alone, of a person", async () => {
    const own = await policySeen(onEnterprise, () => Promise.resolve());
    assert.deepEqual(own, { repository: { value: { enabled: true, allowed: "all" } }, organization: undefined });
  });
});

describe("the policy for Actions in the preview", () => {
  it("says that Actions is off, and who has turned it off", () => {
    const off = (actions: OrganizationPolicy["actions"]) => offNotices(seen({ actions }, false), repository).join();
    assert.match(off("none"), /is off for octo-org\/demo-app: its organization allows it nowhere.*Next: an owner/);
    assert.match(off("selected"), /selected repositories.*Next: an owner of the organization selects it there/);
    assert.match(off("all"), /Expected it on\. Next: allow it in the repository's settings/);
    assert.deepEqual(offNotices(seen({ actions: "selected" }), repository), []);
    assert.equal(actionsOff({ enabled: true, allowed: "all" }, undefined, repository), undefined);
  });

  it("says which choice of actions GitHub will refuse with 409", () => {
    assert.match(
      imposed(seen({ allowed: "selected" }), rules).join(),
      /only actions that it lists.*409.*allowedActions\. /,
    );
    assert.match(imposed(seen({ allowed: "local_only" }), rules).join(), /only the organization's own actions/);
    const every = imposed(seen({ allowed: "selected" }), { ...rules, actionsListed: false }).join();
    assert.match(
      every,
      /409 when a repository sets others: every action, .*Next: an owner .*ghrunners:repository\.manage' false/,
    );
  });

  it("refuses a stack that begins with it, and only tells one that has set its choice before", () => {
    const narrow = seen({ allowed: "selected" });
    const begins = imposedActions(narrow, rules, false);
    assert.deepEqual([begins.problems.map(({ setting }) => setting), begins.notices], [["repository.manage"], []]);
    const goesOn = imposedActions(narrow, rules, true);
    assert.deepEqual([goesOn.problems, goesOn.notices], [[], begins.problems.map(({ reason }) => reason)]);
    assert.deepEqual(imposedActions(seen({}), rules, true), { problems: [], notices: [] });
  });

  it("says nothing where nothing would be refused, or where it is not known", () => {
    assert.deepEqual(imposed(seen({}), rules), []);
    assert.deepEqual(imposed(seen({ allowed: undefined }), rules), []);
    assert.deepEqual(imposed(seen({ allowed: "selected" }), undefined), []);
    const { repository: own } = seen({});
    for (const organization of [undefined, { value: undefined }, { error: "500" }])
      assert.deepEqual(imposed({ repository: own, organization }, rules), []);
    assert.deepEqual(imposed(undefined, rules), []);
    assert.deepEqual(offNotices(undefined, repository), []);
    assert.deepEqual(offNotices({ repository: { error: "403" }, organization: undefined }, repository), []);
  });

  it("names runners that the organization forbids, unless they are its own", () => {
    const forbidding = { ...open, ownRunners: false };
    assert.match(ownRunnersOff(forbidding, { repository }) ?? "", /runners of its own.*Next: an owner allows them/);
    assert.equal(ownRunnersOff(forbidding, { repository, runnerGroup: "deployers" }), undefined);
    for (const policy of [open, { ...open, ownRunners: undefined }, undefined])
      assert.equal(ownRunnersOff(policy, { repository }), undefined);
  });
});
