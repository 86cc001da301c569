import { Octokit } from "@octokit/rest";
import assert from "node:assert/strict";
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { parse, stringify } from "yaml";
import { stackFile } from "@ghrunners/cli/pulumi/stack";
import { runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { until } from "@ghrunners/core/until";
import { DeliveryRunner } from "@ghrunners/lab/driver/delivery-runner";
import { GitClient } from "@ghrunners/lab/driver/git-client";
import { seal } from "@ghrunners/lab/driver/seal";
import { backendUrl } from "@ghrunners/lab/instance";
import { offeredVersion } from "@ghrunners/lab/runner-distribution/build";
import { setReviewer } from "@ghrunners/lab/reviewer/service";
import { topology } from "@ghrunners/lab/topology";
import { valuesOfLab } from "@ghrunners/lab/pulumi/stack";
import { apiOnlyLab, type ApiOnlyLab } from "../cli/support/api-only-lab";

const RUN_MS = 240_000;
type Config = Record<string, unknown>;

/**
 * preview.yml, staging.yml, production.yml, drift.yml and upkeep.yml as they are: started by a push, a pull request, a
 * tag and a dispatch, on a delivery runner, with the real engine. No machines here.
 */
describe("the delivery workflows, whole", function () {
  this.timeout(2 * RUN_MS);
  let lab: ApiOnlyLab;
  let git: GitClient;
  let runner: DeliveryRunner | undefined;
  let work: string;
  let developer: Octokit;
  const client = (auth: string): Octokit => new Octokit({ auth, baseUrl: `${lab.rehearsal.lab.githubUrl}/api/v3` });
  const token = (): string => lab.rehearsal.lab.secrets.developerToken;

  before(async () => {
    lab = await apiOnlyLab("deliv");
    const { githubUrl, authority } = lab.rehearsal.lab;
    const { owner, repo } = lab.rehearsal.repository;
    developer = client(token());
    git = new GitClient(`${githubUrl}/${owner}/${repo}`, authority);
    work = await git.clone(token());
    takeOverProject();
  });
  after(async () => {
    await runner?.stop();
    (git as GitClient | undefined)?.remove();
    await (lab as ApiOnlyLab | undefined)?.close();
  });

  const here = () => lab.rehearsal.repository;
  const api = () => lab.rehearsal.octokit.rest;

  /** The files of this checkout, with the two stacks as a team configures them. */
  function takeOverProject(): void {
    const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: projectRoot,
      encoding: "utf8",
    });
    for (const file of listed.split("\0").filter((name) => name !== "" && existsSync(path.join(projectRoot, name))))
      cpSync(path.join(projectRoot, file), path.join(git.folder, work, file));
    for (const name of ["staging", "production"]) writeStack(name);
  }

  /** The lab's settings and secrets for the stack, in the file that a team commits. */
  function writeStack(name: string): void {
    const read = (file: string) => parse(readFileSync(file, "utf8")) as { encryptionsalt?: string; config: Config };
    const { encryptionsalt, config: ofLab } = read(stackFile(lab.stack));
    const { config } = read(path.join(projectRoot, `lab/stacks/Pulumi.${name}.yaml`));
    const secrets = Object.entries(ofLab).filter(([, value]) => (value as { secure?: string } | null)?.secure);
    const { "ghrunners:promotion": promotion } = config;
    const wanted = {
      ...config,
      ...Object.fromEntries(secrets),
      ...valuesOfLab(lab.rehearsal.lab, config),
      "ghrunners:promotion": promotion,
    };
    const file = path.join(git.folder, work, `Pulumi.${name}.yaml`);
    writeFileSync(file, stringify({ encryptionsalt, config: wanted }));
  }

  interface Seen {
    readonly id: number;
    readonly status: string | null;
    readonly conclusion: string | null;
  }

  const runsOf = async (workflow_id: string): Promise<Seen[]> =>
    (await api().actions.listWorkflowRuns({ ...here(), workflow_id, per_page: 100 })).data.workflow_runs;
  /** The run of a workflow that came after the first `count` ones, when it is over. */
  const over = (file: string, count: number): Promise<Seen> =>
    until(`a run of ${file} is over`, RUN_MS, async () => {
      const runs = await runsOf(file);
      return runs.length > count && runs[0]?.status === "completed" ? runs[0] : undefined;
    });
  const jobsOf = async ({ id }: Seen) =>
    (await api().actions.listJobsForWorkflowRun({ ...here(), run_id: id })).data.jobs;
  const logs = async (run: Seen): Promise<string> => {
    const ran = (await jobsOf(run)).filter(({ conclusion }) => conclusion !== "skipped");
    const texts = await Promise.all(ran.map(({ id }) => lab.rehearsal.jobLog(id)));
    return texts.join("\n");
  };
  const conclusions = async (run: Seen): Promise<Record<string, string | null>> =>
    Object.fromEntries(
      (await jobsOf(run)).flatMap(({ name, conclusion }) => (conclusion === "skipped" ? [] : [[name, conclusion]])),
    );
  /** The comments of the one pull request, oldest first. */
  const comments = async () => {
    const { data } = await developer.rest.pulls.list({ ...here(), state: "all" });
    const issue_number = data[0]?.number ?? 0;
    const { data: all } = await developer.rest.issues.listComments({ ...here(), issue_number });
    return all.map(({ id, body, updated_at: updatedAt }) => ({ id, body, updatedAt }));
  };
  const issues = async () =>
    (await api().issues.listForRepo({ ...here(), state: "all" })).data.filter((issue) => !issue.pull_request);
  const approve = async (run_id: number): Promise<void> => {
    const reviewer = client(lab.rehearsal.lab.secrets.reviewerToken);
    const { data } = await reviewer.rest.actions.getPendingDeploymentsForRun({ ...here(), run_id });
    const environment_ids = data.flatMap(({ environment }) => environment.id ?? []);
    const word = { state: "approved" as const, comment: "Approved." };
    await reviewer.rest.actions.reviewPendingDeploymentsForRun({ ...here(), run_id, environment_ids, ...word });
  };

  it("staging.yml says within seconds what to set while no machine reaches Proxmox VE", async () => {
    await git.commit(work, "NOTES.md", "The stacks of a team.\n");
    const begin = Date.now();
    await git.push(token(), work, "main");
    const run = await over("staging.yml", 0);
    const seconds = (Date.now() - begin) / 1000;
    assert.equal(run.conclusion, "failure");
    assert.match(await logs(run), /The repository variable DELIVERY_RUNNER is not set/);
    assert.ok(seconds < 30, `${seconds} s`);
  });

  it("then a delivery runner is set up as the documentation says", async () => {
    runner = await DeliveryRunner.start(lab.rehearsal, "delivery-1");
    const { rehearsal } = lab;
    const variables = {
      DELIVERY_RUNNER: '["self-hosted","delivery"]',
      DELIVERY_CA_FILE: rehearsal.lab.authority,
      PULUMI_BACKEND_URL: backendUrl(rehearsal.lab.instance),
    };
    for (const [name, value] of Object.entries(variables))
      await api().actions.createRepoVariable({ ...here(), name, value });
    // The lab's own reviewer would approve before this test has seen the run wait.
    await setReviewer(rehearsal.lab, false);
    // As docs/how-to/workflows.md says: the passphrase is in the environments, and production has a reviewer.
    const reviewers = [{ type: "User" as const, id: topology.github.reviewer.id }];
    for (const environment_name of ["preview", "staging", "drift", "production"]) {
      const protection = environment_name === "production" ? { reviewers } : {};
      await api().repos.createOrUpdateEnvironment({ ...here(), environment_name, ...protection });
      const { data: key } = await api().actions.getEnvironmentPublicKey({ ...here(), environment_name });
      await api().actions.createOrUpdateEnvironmentSecret({
        ...here(),
        environment_name,
        secret_name: "PULUMI_CONFIG_PASSPHRASE",
        encrypted_value: await seal(key.key, rehearsal.lab.secrets.passphrase),
        key_id: key.key_id,
      });
    }
    for (const name of ["staging", "production"]) {
      const init = ["pulumi", "stack", "init", name, "--secrets-provider", "passphrase", "--no-select"];
      const made = await runProcess(init, { cwd: path.join(git.folder, work), env: rehearsal.session.env });
      assert.equal(made.code, 0, made.all);
    }
  });

  it("preview.yml previews both stacks for a pull request, and comments on it, also what a guard refuses", async () => {
    await git.done("", "-C", work, "checkout", "--quiet", "-b", "topic");
    await git.commit(work, "NOTES.md", "The stacks of a team, changed.\n");
    await git.push(token(), work, "topic");
    await developer.rest.pulls.create({ ...here(), title: "Change", head: "topic", base: "main" });
    const run = await over("preview.yml", 0);
    const [staging, production, ...more] = await comments();
    assert.match(staging?.body ?? "", /^<!-- ghrunners:preview-staging -->\n## Preview of staging\n\n17 create\./);
    assert.match(staging?.body ?? "", /Runners \| `staging-runner` created/);
    assert.match(production?.body ?? "", /^<!-- ghrunners:preview-production -->/, await logs(run));
    assert.match((production?.body ?? "").replace(/\s+/g, " "), /has not proved this change: there is no proof/);
    assert.deepEqual(more, []);
    // Staging has not got this commit yet, so its proof is missing, and the job of production is red.
    assert.deepEqual(await conclusions(run), { "Preview staging": "success", "Preview production": "failure" });
  });

  it("updates both comments at the next push, and takes nothing over from the job before", async () => {
    const first = await comments();
    const workspace = runner?.workspace(here().repo) ?? "";
    const [hook, trace] = [path.join(workspace, ".git/hooks/post-checkout"), path.join(workspace, "../hook-was-run")];
    appendFileSync(path.join(workspace, "index.ts"), "this is no program\n");
    mkdirSync(path.dirname(hook), { recursive: true });
    writeFileSync(hook, `#!/bin/sh\ntouch "${trace}"\n`, { mode: 0o755 });
    await git.commit(work, "NOTES.md", "The stacks of a team, changed again.\n");
    await git.push(token(), work, "topic");
    const run = await over("preview.yml", 1);
    const second = await comments();
    assert.deepEqual(
      second.map(({ id }) => id),
      first.map(({ id }) => id),
    );
    assert.ok(
      second.every(({ updatedAt }, index) => updatedAt > (first[index]?.updatedAt ?? "")),
      await logs(run),
    );
    assert.equal((await conclusions(run))["Preview staging"], "success", await logs(run));
    assert.ok(!existsSync(trace), "a hook that an earlier job left was run");
  });

  it("staging.yml delivers a push to the default branch, and proves it", async () => {
    const count = (await runsOf("staging.yml")).length;
    await git.push(token(), work, "HEAD:main");
    const run = await over("staging.yml", count);
    assert.equal(run.conclusion, "success", await logs(run));
    assert.match(await logs(run), /Staging: up, healthy and proved/);
    const { data } = await developer.rest.pulls.list({ ...here(), state: "closed" });
    assert.deepEqual(
      data.map(({ title, merged_at }) => [title, merged_at !== null]),
      [["Change", true]],
    );
  });

  it("production.yml delivers a tag, once the reviewer has approved it", async () => {
    await git.done("", "-C", work, "tag", "v1.0.0");
    await git.push(token(), work, "v1.0.0");
    const { id } = await until("the run waits for its reviewer", 60_000, async () =>
      (await runsOf("production.yml")).find(({ status }) => status === "waiting"),
    );
    await approve(id);
    const run = await over("production.yml", 0);
    const said = await logs(run);
    assert.equal(run.conclusion, "success", said);
    assert.match(said, /Production: approval: by release-reviewer/);
    assert.match(said, /Production: promoted/);
  });

  it("drift.yml opens an issue for the stack that differs, and closes it when nothing does", async () => {
    const environment = { ...here(), environment_name: "staging" };
    const { data } = await api().repos.listDeploymentBranchPolicies(environment);
    const branch_policy_id = data.branch_policies[0]?.id ?? 0;
    await api().repos.deleteDeploymentBranchPolicy({ ...environment, branch_policy_id });
    const start = () => api().actions.createWorkflowDispatch({ ...here(), workflow_id: "drift.yml", ref: "main" });
    await start();
    const differs = await over("drift.yml", 0);
    assert.deepEqual(
      await conclusions(differs),
      { "Drift staging": "failure", "Drift production": "success" },
      await logs(differs),
    );
    const [issue, ...more] = await issues();
    assert.deepEqual([issue?.title, issue?.state, more], ["Drift of staging", "open", []]);
    assert.match(issue?.body ?? "", /pulumi up --refresh --stack staging/);
    await api().repos.createDeploymentBranchPolicy({ ...environment, name: "main" });
    await start();
    const again = await over("drift.yml", 1);
    assert.equal(again.conclusion, "success", await logs(again));
    assert.deepEqual(
      (await issues()).map(({ title, state }) => [title, state]),
      [["Drift of staging", "closed"]],
    );
  });

  it("upkeep.yml proposes a newer runner version, which staging takes at the merge, and then has nothing to propose", async () => {
    const start = () => api().actions.createWorkflowDispatch({ ...here(), workflow_id: "upkeep.yml", ref: "main" });
    const open = async () => (await developer.rest.pulls.list({ ...here(), state: "open" })).data;
    await start();
    const refused = await over("upkeep.yml", 0);
    assert.equal(refused.conclusion, "failure");
    assert.match(
      await logs(refused),
      /Expected the setting "Allow GitHub Actions to create and approve pull requests"/,
    );
    assert.deepEqual(await open(), []);

    const allowed = { can_approve_pull_request_reviews: true };
    await api().actions.setGithubActionsDefaultWorkflowPermissionsRepository({ ...here(), ...allowed });
    const [previews, deliveries] = [(await runsOf("preview.yml")).length, (await runsOf("staging.yml")).length];
    await start();
    const opened = await over("upkeep.yml", 1);
    assert.equal(opened.conclusion, "success", await logs(opened));
    const [pull, ...more] = await open();
    assert.deepEqual(
      [pull?.title, pull?.user?.login, more],
      [`staging: runner ${offeredVersion}`, "github-actions[bot]", []],
    );
    assert.equal((await runsOf("preview.yml")).length, previews, "the token of a job starts no workflow");

    await developer.rest.pulls.merge({ ...here(), pull_number: pull?.number ?? 0 });
    const delivered = await over("staging.yml", deliveries);
    assert.equal(delivered.conclusion, "success", await logs(delivered));
    await start();
    const nothing = await over("upkeep.yml", 2);
    assert.equal(nothing.conclusion, "success", await logs(nothing));
    assert.match(await logs(nothing), /Nothing to propose\. Nothing was changed\./);
    assert.deepEqual(await open(), []);
  });
});
