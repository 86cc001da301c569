import assert from "node:assert/strict";
import type { Rehearsal } from "@ghrunners/lab/driver/rehearsal";
import { type ApiOnlyLab, apiOnlyLab } from "../cli/support/api-only-lab";

/** What docs/how-to/existing.md says about GitHub's side. The lab has no machines here. */
describe("a repository that has an environment already", () => {
  const environment_name = "lab";
  let lab: ApiOnlyLab;
  let rehearsal: Rehearsal;
  let secretBefore: string;
  before(async () => {
    lab = await apiOnlyLab("there");
    rehearsal = lab.rehearsal;
    const { octokit, repository } = rehearsal;
    const here = { ...repository, environment_name };
    const { rest } = octokit;
    await rest.repos.createOrUpdateEnvironment({
      ...here,
      wait_timer: 30,
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    });
    for (const name of ["main", "old/*"]) await rest.repos.createDeploymentBranchPolicy({ ...here, name });
    await rest.actions.createEnvironmentVariable({ ...here, name: "DEPLOY_URL", value: "https://old.example/" });
    await rest.actions.createEnvironmentVariable({ ...here, name: "OTHER", value: "stays" });
    await lab.overwriteSecret(environment_name, "SESSION_SECRET", "the value of before");
    await lab.overwriteSecret(environment_name, "OTHER_SECRET", "stays too");
    secretBefore = await lab.fingerprint(environment_name, "SESSION_SECRET");
    const run = await rehearsal.up();
    assert.equal(run.code, 0, run.output);
  });
  after(() => lab.close());

  it("gets the protection of the configuration in its place", async () => {
    const { rest } = rehearsal.octokit;
    const { data } = await rest.repos.getEnvironment({ ...rehearsal.repository, environment_name });
    assert.deepEqual(data.protection_rules?.map(({ type }) => type).sort(), ["branch_policy", "required_reviewers"]);
  });

  it("gets the configured variables and secrets, and keeps the others and the refs that may deploy", async () => {
    const here = { ...rehearsal.repository, environment_name };
    const { rest } = rehearsal.octokit;
    const { variables } = (await rest.actions.listEnvironmentVariables(here)).data;
    const values = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
    assert.equal(values.OTHER, "stays");
    assert.equal(values.DEPLOY_URL, "http://198.51.100.60/");
    assert.notEqual(await lab.fingerprint(environment_name, "SESSION_SECRET"), secretBefore);
    const { secrets } = (await rest.actions.listEnvironmentSecrets(here)).data;
    assert.deepEqual(secrets.map(({ name }) => name).sort(), ["OTHER_SECRET", "SESSION_SECRET"]);
    const { branch_policies: refs } = (await rest.repos.listDeploymentBranchPolicies(here)).data;
    assert.deepEqual(refs.map(({ name }) => name).sort(), ["main", "old/*", "v*"]);
  });

  it("is named by drift for what is in no configuration, each with the command that removes it", async () => {
    const { stdout } = await rehearsal.run(["ghrunners", "drift"]);
    assert.match(stdout, /old\/\* may deploy too/);
    assert.match(stdout, /OTHER_SECRET/);
    assert.match(stdout, /gh secret delete OTHER_SECRET /);
  });
});
