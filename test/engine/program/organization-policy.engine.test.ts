import assert from "node:assert/strict";
import type { DoctorReport } from "@ghrunners/cli/doctor/render";
import type { StackSettings } from "@ghrunners/lab/driver/engine-run";
import type { GithubSeed } from "@ghrunners/lab/github/seed";
import { topology } from "@ghrunners/lab/topology";
import { first as complete } from "../../unit/program/repository-settings";
import { apiOnlyLab, type ApiOnlyLab } from "../cli/support/api-only-lab";

/** The operator's token may see the organization's policy, and here change it too. */
const withPolicy = (usual: GithubSeed): GithubSeed => ({
  ...usual,
  tokens: usual.tokens.map((token) =>
    token.name === "operator"
      ? { ...token, permissions: { ...token.permissions, organization_administration: "write" } }
      : token,
  ),
});

/** The real engine and the real provider against what an organization forbids. */
describe("an organization's policy for Actions", function () {
  this.timeout(300_000);
  const settings: StackSettings = { ...complete, secrets: "[]" };
  const org = topology.github.owner.login;
  let lab: ApiOnlyLab;

  before(async () => {
    lab = await apiOnlyLab("orgpo", undefined, withPolicy);
  });
  after(() => lab.close());

  const allow = (enabled_repositories: "all" | "none", allowed_actions: "all" | "selected"): Promise<unknown> =>
    lab.rehearsal.octokit.rest.actions.setGithubActionsPermissionsOrganization({
      org,
      enabled_repositories,
      allowed_actions,
    });
  const doctor = async () => {
    const { checks } = await lab.rehearsal.json<DoctorReport>("ghrunners", "doctor", "--limit", "120");
    return checks.find(({ id }) => id === "github-actions");
  };
  const imposed = /the organization allows only actions that it lists, and GitHub answers 409/;

  it("that selects the actions is refused with its words before anything is made", async () => {
    await allow("all", "selected");
    const preview = await lab.rehearsal.pulumi(["preview"], settings);
    assert.notEqual(preview.code, 0, preview.output);
    assert.match(preview.output, imposed);
    const { data } = await lab.rehearsal.octokit.rest.repos.getAllEnvironments(lab.rehearsal.repository);
    assert.deepEqual(data.environments, []);
    const told = await doctor();
    assert.equal(told?.state, "warning", JSON.stringify(told));
  });

  it("that leaves the choice to repositories lets the same stack be made, and nothing is told", async () => {
    await allow("all", "all");
    const up = await lab.rehearsal.up(settings);
    assert.equal(up.code, 0, up.output);
    assert.doesNotMatch(up.output, imposed);
    assert.equal((await doctor())?.seen, "Actions is on, and only listed actions may run");
  });

  it("that is made narrower later is told, and GitHub refuses only what changes the choice", async () => {
    await allow("all", "selected");
    const others = JSON.parse(String(complete.repository)) as object;
    const fewer = { ...settings, repository: JSON.stringify({ ...others, requiredApprovals: 2 }) };
    const up = await lab.rehearsal.up(fewer);
    assert.equal(up.code, 0, up.output);
    assert.match(up.output, imposed);
    const wider = { ...settings, repository: JSON.stringify({ ...others, allowedActions: ["octo-org/other@*"] }) };
    const refused = await lab.rehearsal.up(wider);
    assert.notEqual(refused.code, 0, refused.output);
    assert.match(refused.output, /409/);
  });

  it("that turns Actions off is told by the preview and by the doctor", async () => {
    await allow("none", "all");
    const changed = {
      ...settings,
      deployment: JSON.stringify({ ...JSON.parse(String(complete.deployment)), waitMinutes: 1 }),
    };
    const preview = await lab.rehearsal.pulumi(["preview"], changed);
    assert.match(preview.output, /GitHub Actions is off for .*: its organization allows it nowhere/);
    const told = await doctor();
    assert.equal(told?.state, "problem", JSON.stringify(told));
    assert.match(told?.next ?? "", /an owner of the organization allows it there/);
  });
});
