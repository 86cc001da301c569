import Ajv from "ajv/dist/2020";
import addFormats from "ajv-formats";
import assert from "node:assert/strict";
import { driftOf } from "@ghrunners/cli/drift/drift";
import type { DriftReport } from "@ghrunners/cli/drift/report";
import { until } from "@ghrunners/core/until";
import { apiOnlyLab, type ApiOnlyLab } from "../../cli/support/api-only-lab";
import { publishedSchema } from "../../../support/published-schema";

/** Each change behind Pulumi's back is found, and the command in the report repairs it. No machines here. */
describe("drift on the real engine", () => {
  let lab: ApiOnlyLab;
  before(async () => {
    lab = await apiOnlyLab("drift");
    const run = await lab.rehearsal.up();
    assert.equal(run.code, 0, run.output);
  });
  after(() => lab.close());

  const drift = (): Promise<DriftReport> => driftOf(lab.stack);
  const ids = (report: DriftReport): string[] => report.findings.map(({ id }) => id).sort();
  const repairOf = (report: DriftReport, id: string): string =>
    report.findings.find((finding) => finding.id === id)?.repair ?? "";

  async function clean(): Promise<void> {
    const report = await drift();
    assert.deepEqual({ findings: report.findings, errors: report.errors }, { findings: [], errors: [] });
  }

  it("finds nothing after an up, and writes nothing", async () => {
    const marks = { github: await lab.rehearsal.mark("github"), proxmox: await lab.rehearsal.mark("proxmox") };
    await clean();
    assert.equal(await lab.rehearsal.mark("github"), marks.github);
    assert.equal(await lab.rehearsal.mark("proxmox"), marks.proxmox);
  });

  it("prints a report by its schema, and says by its exit code what it found", async () => {
    const command = (...args: string[]) => lab.rehearsal.run(["ghrunners", ...args]);
    const run = await command("drift", "--json");
    assert.equal(run.code, 0, run.all);
    const valid = addFormats(new Ajv({ strict: false })).compile(publishedSchema("drift"));
    assert.ok(valid(JSON.parse(run.stdout)), JSON.stringify(valid.errors));
    assert.equal((await command("drift", "--no-such-flag")).code, 2);
  });

  it("sees what refresh sees, and one up repairs all of it", async () => {
    const { octokit, repository: repo } = lab.rehearsal;
    const { rest } = octokit;
    const rulesets = (await rest.repos.getRepoRulesets(repo)).data;
    const { data: rule } = await rest.repos.getRepoRuleset({ ...repo, ruleset_id: rulesets[0]!.id });
    await rest.repos.updateRepoRuleset({ ...repo, ruleset_id: rule.id, enforcement: "disabled" });
    await rest.actions.setGithubActionsDefaultWorkflowPermissionsRepository({
      ...repo,
      default_workflow_permissions: "write",
    });
    const environment_name = "lab";
    const policies = await rest.repos.listDeploymentBranchPolicies({ ...repo, environment_name });
    const main = policies.data.branch_policies.find(({ name }) => name === "main")!;
    await rest.repos.deleteDeploymentBranchPolicy({ ...repo, environment_name, branch_policy_id: main.id! });
    await rest.actions.updateEnvironmentVariable({
      ...repo,
      environment_name,
      name: "DEPLOY_URL",
      value: "http://evil/",
    });

    const report = await drift();
    assert.deepEqual(ids(report), ["default-token", "environment-ref-missing", "ruleset", "variable-changed"]);
    for (const { repair } of report.findings) assert.equal(repair, `pulumi up --refresh --stack ${lab.stack.name}`);
    const run = await lab.rehearsal.up({}, "--refresh");
    assert.equal(run.code, 0, run.output);
    await clean();
  });

  it("finds a secret that was overwritten, and restores it", async () => {
    const value = (): Promise<string> => lab.fingerprint("lab", "SESSION_SECRET");
    const ours = await value();
    // GitHub's times have a resolution of one second: a change within the same second is not visible.
    const written = await lab.secretTime("lab", "SESSION_SECRET");
    await until("the clock shows another second", 3_000, () => Promise.resolve(lab.clock() > written));
    await lab.overwriteSecret("lab", "SESSION_SECRET", "a foreign value");
    assert.notEqual(await value(), ours);
    const report = await drift();
    assert.deepEqual(ids(report), ["secret-overwritten"]);
    const [, urn = ""] = /^pulumi up --replace '(.+)' --stack \S+$/.exec(repairOf(report, "secret-overwritten")) ?? [];
    const run = await lab.rehearsal.up({}, "--replace", urn);
    assert.equal(run.code, 0, run.output);
    assert.equal(await value(), ours);
    await clean();
  });

  it("finds and restores removed reviewers, which pulumi up --refresh does not see", async () => {
    const { octokit, repository: repo } = lab.rehearsal;
    const unprotected = {
      ...repo,
      environment_name: "lab",
      reviewers: null,
      can_admins_bypass: false,
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    };
    await octokit.request("PUT /repos/{owner}/{repo}/environments/{environment_name}", unprotected);
    assert.deepEqual(ids(await drift()), ["environment-reviewers"]);
    const blind = await lab.rehearsal.up({}, "--refresh");
    assert.equal(blind.code, 0, blind.output);
    const report = await drift();
    assert.deepEqual(ids(report), ["environment-reviewers"]);
    const repair = repairOf(report, "environment-reviewers");
    assert.equal(repair, `ghrunners restore-protection --stack ${lab.stack.name}`);
    const repaired = await lab.rehearsal.run(["bash", "-c", `${repair} --json`]);
    assert.equal(repaired.code, 0, repaired.all);
    assert.deepEqual(JSON.parse(repaired.stdout), { version: 1, environment: "lab" });
    assert.match(repaired.all, /Protection of the environment lab restored/);
    await clean();
    const second = await lab.rehearsal.up({}, "--refresh", "--expect-no-changes");
    assert.equal(second.code, 0, second.output);
  });

  it("restores the same protection twice, and says what is missing where it can restore none", async () => {
    const restore = (...args: string[]) => lab.rehearsal.run(["ghrunners", "restore-protection", ...args]);
    for (const round of [1, 2]) {
      const run = await restore();
      assert.equal(run.code, 0, `${round}: ${run.all}`);
      assert.equal(run.stdout, "", "words for people are not on the output for programs");
    }
    await clean();
    const marked = await lab.rehearsal.mark("github");
    const elsewhere = await restore("--stack", "no-such-stack");
    assert.equal(elsewhere.code, 1, elsewhere.all);
    assert.match(elsewhere.all, /no-such-stack/);
    assert.equal((await restore("staging")).code, 2);
    assert.equal(await lab.rehearsal.mark("github"), marked, "nothing was written");
  });

  it("finds things that are not configured, and a repository that was made public", async () => {
    const { octokit, repository: repo } = lab.rehearsal;
    const environment_name = "lab";
    await lab.overwriteSecret(environment_name, "BACKDOOR", "x");
    const { data: policy } = await octokit.rest.repos.createDeploymentBranchPolicy({
      ...repo,
      environment_name,
      name: "evil/*",
    });
    await lab.rehearsal.labCommand("fault", "github-repository-public");
    const report = await drift();
    // Approval for forks is a setting of public repositories: from now on there is one, and it is GitHub's default.
    assert.deepEqual(ids(report), ["environment-ref-unknown", "fork-approval", "repository-public", "secret-unknown"]);
    assert.ok(repairOf(report, "environment-ref-unknown").endsWith(`/deployment-branch-policies/${policy.id}`));
    // The commands are GitHub's own CLI; these are the requests that it sends.
    await octokit.rest.repos.deleteDeploymentBranchPolicy({ ...repo, environment_name, branch_policy_id: policy.id! });
    await octokit.rest.actions.deleteEnvironmentSecret({ ...repo, environment_name, secret_name: "BACKDOOR" });
    await lab.rehearsal.labCommand("fault", "clear", "github-repository-public");
    await clean();
  });
});
