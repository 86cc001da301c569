import assert from "node:assert/strict";
import { owner } from "@ghrunners/lab/driver/emulator";
import type { ApiCalls } from "./context";

const org = owner;

/** Calls about an organization's runners and their groups. */
export const organizationCalls: ApiCalls = {
  "the organization's runners, their labels and tokens": async ({ emulator, operator: { actions } }) => {
    const id = emulator.addRunner("organization-runner", ["production"], 1);
    const runner = { org, runner_id: id };
    const { data: listed } = await actions.listSelfHostedRunnersForOrg({ org });
    assert.deepEqual(
      listed.runners.map(({ name, runner_group_id: group }) => [name, group]),
      [["organization-runner", 1]],
    );
    await actions.getSelfHostedRunnerForOrg(runner);
    await actions.listRunnerApplicationsForOrg({ org });
    await actions.createRegistrationTokenForOrg({ org });
    await actions.createRemoveTokenForOrg({ org });
    await actions.listLabelsForSelfHostedRunnerForOrg(runner);
    await actions.addCustomLabelsToSelfHostedRunnerForOrg({ ...runner, labels: ["primary"] });
    await actions.setCustomLabelsForSelfHostedRunnerForOrg({ ...runner, labels: ["a", "b"] });
    await actions.removeCustomLabelFromSelfHostedRunnerForOrg({ ...runner, name: "a" });
    await actions.removeAllCustomLabelsFromSelfHostedRunnerForOrg(runner);
    const jit = { org, name: "x", runner_group_id: 1, labels: ["x"] };
    await assert.rejects(actions.generateRunnerJitconfigForOrg(jit), { status: 501 });
    await actions.deleteSelfHostedRunnerFromOrg(runner);
  },

  "the organization's policy for Actions": async ({ operator }) => {
    const { actions } = operator;
    const ids = { org, selected_repository_ids: [4711] };
    const all = { org, enabled_repositories: "all" } as const;
    const some = { org, enabled_repositories: "selected" } as const;
    await actions.setGithubActionsPermissionsOrganization({ ...some, allowed_actions: "selected" });
    await actions.getGithubActionsPermissionsOrganization({ org });
    await actions.setSelectedRepositoriesEnabledGithubActionsOrganization(ids);
    await actions.listSelectedRepositoriesEnabledGithubActionsOrganization({ org });
    await actions.setAllowedActionsOrganization({ org, github_owned_allowed: true, patterns_allowed: ["a/b@*"] });
    await actions.getAllowedActionsOrganization({ org });
    const runners = "/orgs/{org}/actions/permissions/self-hosted-runners" as const;
    await operator.request(`PUT ${runners}`, some);
    await operator.request(`GET ${runners}`, { org });
    await operator.request(`PUT ${runners}/repositories`, ids);
    await operator.request(`GET ${runners}/repositories`, { org });
    await operator.request(`PUT ${runners}`, all);
    await actions.setGithubActionsPermissionsOrganization({ ...all, allowed_actions: "all" });
  },

  "runner groups": async ({ emulator, operator }) => {
    const groups = "/orgs/{org}/actions/runner-groups" as const;
    const one = `${groups}/{runner_group_id}` as const;
    const selected = { visibility: "selected" as const, selected_repository_ids: [4711] };
    const { data: made } = await operator.request(`POST ${groups}`, { org, name: "deployers", ...selected });
    const group = { org, runner_group_id: made.id };
    const { data: visible } = await operator.request(`GET ${groups}`, { org, visible_to_repository: "demo-app" });
    assert.deepEqual(
      visible.runner_groups.map(({ name }) => name),
      ["Default", "deployers"],
    );
    await operator.request(`GET ${one}`, group);
    await operator.request(`GET ${one}/repositories`, group);
    await operator.request(`PUT ${one}/repositories`, { ...group, selected_repository_ids: [] });
    const runner = emulator.addRunner("moved-runner", [], 1);
    await operator.request(`PUT ${one}/runners/{runner_id}`, { ...group, runner_id: runner });
    const { data: inGroup } = await operator.request(`GET ${one}/runners`, group);
    assert.deepEqual(
      inGroup.runners.map(({ id }) => id),
      [runner],
    );
    await operator.request(`PATCH ${one}`, { ...group, name: "deployers", visibility: "private" });
    await operator.request(`DELETE ${one}`, group);
    const { data: afterwards } = await operator.actions.getSelfHostedRunnerForOrg({ org, runner_id: runner });
    assert.equal(afterwards.runner_group_id, 1);
    await operator.actions.deleteSelfHostedRunnerFromOrg({ org, runner_id: runner });
  },
};
