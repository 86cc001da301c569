import assert from "node:assert/strict";
import {
  actionsOff,
  type ActionsPolicySeen,
  imposedNotices,
  offNotices,
  ownRunnersOff,
} from "@ghrunners/components/preflight/actions-policy";
import type { OrganizationPolicy } from "@ghrunners/core/github/actions-policy";

const open: OrganizationPolicy = { actions: "all", allowed: "all", ownRunners: true };
const repository = "octo-org/demo-app";
const rules = { requiredApprovals: 1, codeOwners: false, actionsListed: true };

const seen = (changes: Partial<OrganizationPolicy>, enabled = true): ActionsPolicySeen => ({
  repository: { value: { enabled, allowed: enabled ? "all" : undefined } },
  organization: { value: { ...open, ...changes } },
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
      imposedNotices(seen({ allowed: "selected" }), rules).join(),
      /only actions that it lists.*409.*allowedActions\. /,
    );
    assert.match(imposedNotices(seen({ allowed: "local_only" }), rules).join(), /only the organization's own actions/);
    const every = imposedNotices(seen({ allowed: "selected" }), { ...rules, actionsListed: false }).join();
    assert.match(
      every,
      /409 when a repository sets others: every action, .*Next: an owner .*ghrunners:repository\.manage' false/,
    );
  });

  it("says nothing where nothing would be refused, or where it is not known", () => {
    assert.deepEqual(imposedNotices(seen({}), rules), []);
    assert.deepEqual(imposedNotices(seen({ allowed: undefined }), rules), []);
    assert.deepEqual(imposedNotices(seen({ allowed: "selected" }), undefined), []);
    const { repository: own } = seen({});
    for (const organization of [undefined, { value: undefined }, { error: "500" }])
      assert.deepEqual(imposedNotices({ repository: own, organization }, rules), []);
    assert.deepEqual(imposedNotices(undefined, rules), []);
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
