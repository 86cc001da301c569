import { createAppAuth } from "@octokit/auth-app";
import type { Octokit } from "@octokit/rest";
import { strFromU8, unzipSync } from "fflate";
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeAppKey } from "@ghrunners/lab/app-key";
import { allRoutes } from "@ghrunners/lab/github/routes/index";
import { fastImport } from "@ghrunners/lab/github/repository/fast-import";
import { git } from "@ghrunners/lab/github/repository/git";
import { PullRequests } from "@ghrunners/lab/github/repository/pull-requests";
import { Pushes } from "@ghrunners/lab/github/repository/pushes";
import { sha256 } from "@ghrunners/lab/github/runner-tokens";
import { pullRequestPermissions } from "@ghrunners/core/vocabulary/github-permissions";
import { seal } from "@ghrunners/lab/driver/seal";
import { TestEmulator, onEnterprise, owner, repo } from "@ghrunners/lab/driver/emulator";
import { Judge } from "./support/openapi";

const here = { owner, repo } as const;
const production = { ...here, environment_name: "production" } as const;

describe("GitHub's OpenAPI description judges the emulator", function () {
  this.timeout(180_000);
  let emulator: TestEmulator;
  let judge: Judge;
  const appKey = makeAppKey();
  let operator: Octokit;
  let reviewer: Octokit;

  before(async () => {
    judge = new Judge();
    const app = { id: 12, installationId: 34, slug: "an-app", permissions: { actions: "read" } } as const;
    emulator = await TestEmulator.start((seed) =>
      onEnterprise({
        ...seed,
        apps: [{ ...app, publicKey: appKey.publicKey }],
        tokens: [
          ...seed.tokens,
          { sha256: sha256("developer-token"), login: "operator", permissions: pullRequestPermissions },
        ],
      }),
    );
    mkdirSync(path.join(emulator.folder, "distributions"));
    const version = { version: "2.336.0", file: "actions-runner-linux-x64-2.336.0.tar.gz", sha256: "0".repeat(64) };
    writeFileSync(
      path.join(emulator.folder, "distributions/manifest.json"),
      JSON.stringify([{ ...version, os: "linux", architecture: "x64" }]),
    );
    operator = await emulator.client();
    reviewer = await emulator.client("reviewer-token");
  });
  after(() => emulator.stop());

  it("knows a wrong answer when it sees one", () => {
    const url = new URL(`${emulator.url}/api/v3/repos/o/r/actions/runners/1`);
    const answer = { method: "GET", url, headers: new Headers() };
    const runner = { id: 1, name: "a", os: "Linux", status: "online", busy: false, labels: [] };
    assert.deepEqual(judge.problems({ ...answer, status: 200, body: JSON.stringify(runner) }), []);
    const incomplete = { ...runner, busy: undefined };
    assert.match(judge.problems({ ...answer, status: 200, body: JSON.stringify(incomplete) }).join(), /busy/);
    assert.match(judge.problems({ ...answer, status: 418, body: "{}" }).join(), /418 is not in the description/);
  });

  it("accounts, repository, contents", async () => {
    await operator.users.getAuthenticated();
    await operator.users.getByUsername({ username: "reviewer" });
    await operator.repos.getCollaboratorPermissionLevel({ ...here, username: "reviewer" });
    await operator.repos.listCollaborators({ ...here, permission: "push" });
    await operator.users.listPublicKeysForUser({ username: "reviewer" });
    await operator.users.listGpgKeysForUser({ username: "reviewer" });
    await assert.rejects(operator.orgs.get({ org: owner }), { status: 404 });
    await operator.meta.get();
    await operator.rateLimit.get();
    await operator.repos.get(here);
    await operator.repos.getBranch({ ...here, branch: "main" });
    await operator.repos.listBranches(here);
    await operator.repos.listCommits(here);
    await operator.repos.getCommit({ ...here, ref: "main" });
    await assert.rejects(operator.repos.getCommit({ ...here, ref: "none" }), { status: 422 });
    await operator.git.getRef({ ...here, ref: "heads/main" });
    await operator.repos.getContent({ ...here, path: ".github/workflows/smoke.yml" });
    const { data } = await operator.repos.getContent({ ...here, path: ".github/workflows" });
    assert.ok(
      Array.isArray(data) && data.some(({ path, type }) => path === ".github/workflows/smoke.yml" && type === "file"),
    );
  });

  it("runners, their labels and tokens", async () => {
    const id = emulator.addRunner("runner-1", ["production"]);
    const runner = { ...here, runner_id: id };
    await operator.actions.listSelfHostedRunnersForRepo(here);
    await operator.actions.getSelfHostedRunnerForRepo(runner);
    await operator.actions.listRunnerApplicationsForRepo(here);
    await operator.actions.createRegistrationTokenForRepo(here);
    await operator.actions.createRemoveTokenForRepo(here);
    await operator.actions.listLabelsForSelfHostedRunnerForRepo(runner);
    await operator.actions.addCustomLabelsToSelfHostedRunnerForRepo({ ...runner, labels: ["primary"] });
    await operator.actions.setCustomLabelsForSelfHostedRunnerForRepo({ ...runner, labels: ["a", "b"] });
    await operator.actions.removeCustomLabelFromSelfHostedRunnerForRepo({ ...runner, name: "a" });
    await operator.actions.removeAllCustomLabelsFromSelfHostedRunnerForRepo(runner);
    await assert.rejects(
      operator.actions.generateRunnerJitconfigForRepo({ ...here, name: "x", runner_group_id: 1, labels: ["x"] }),
      { status: 501 },
    );
    await operator.actions.deleteSelfHostedRunnerFromRepo(runner);
  });

  it("tokens of an App", async () => {
    const { request } = await emulator.client("");
    const auth = createAppAuth({ appId: 12, privateKey: appKey.privateKey, request });
    const { token } = await auth({ type: "installation", installationId: 34 });
    assert.match(token, /^ghs_/);
  });

  it("environments and their parts", async () => {
    const policy = { protected_branches: false, custom_branch_policies: true };
    const reviewers = [{ type: "User" as const, id: 1003 }];
    await operator.repos.createOrUpdateEnvironment({
      ...production,
      reviewers,
      deployment_branch_policy: policy,
      wait_timer: 1,
    });
    await operator.repos.getEnvironment(production);
    await operator.repos.getAllEnvironments(here);
    const { data } = await operator.repos.createDeploymentBranchPolicy({ ...production, name: "main" });
    const branch_policy_id = Number(data.id);
    await operator.repos.listDeploymentBranchPolicies(production);
    await operator.repos.getDeploymentBranchPolicy({ ...production, branch_policy_id });
    await operator.repos.updateDeploymentBranchPolicy({ ...production, branch_policy_id, name: "release/*" });
    await operator.repos.deleteDeploymentBranchPolicy({ ...production, branch_policy_id });
  });

  it("secrets and variables", async () => {
    const { data: key } = await operator.actions.getRepoPublicKey(here);
    const secret_name = "TOKEN";
    const sealed = { key_id: key.key_id, encrypted_value: await seal(key.key, "s3cret") };
    await operator.actions.createOrUpdateRepoSecret({ ...here, secret_name, ...sealed });
    await operator.actions.createOrUpdateRepoSecret({ ...here, secret_name, ...sealed });
    await operator.actions.getRepoSecret({ ...here, secret_name });
    await operator.actions.listRepoSecrets(here);
    await operator.actions.deleteRepoSecret({ ...here, secret_name });

    const { data: own } = await operator.actions.getEnvironmentPublicKey(production);
    const inside = { key_id: own.key_id, encrypted_value: await seal(own.key, "s3cret") };
    await operator.actions.createOrUpdateEnvironmentSecret({ ...production, secret_name, ...inside });
    await operator.actions.getEnvironmentSecret({ ...production, secret_name });
    await operator.actions.listEnvironmentSecrets(production);
    await operator.actions.deleteEnvironmentSecret({ ...production, secret_name });

    const name = "REGION";
    await operator.actions.createRepoVariable({ ...here, name, value: "eu" });
    await operator.actions.getRepoVariable({ ...here, name });
    await operator.actions.listRepoVariables(here);
    await operator.actions.updateRepoVariable({ ...here, name, value: "us" });
    await operator.actions.deleteRepoVariable({ ...here, name });
    await operator.actions.createEnvironmentVariable({ ...production, name, value: "eu" });
    await operator.actions.getEnvironmentVariable({ ...production, name });
    await operator.actions.listEnvironmentVariables(production);
    await operator.actions.updateEnvironmentVariable({ ...production, name, value: "us" });
    await operator.actions.deleteEnvironmentVariable({ ...production, name });
  });

  it("issues", async () => {
    const { data } = await operator.issues.create({ ...here, title: "broken", body: "it is", labels: ["incident"] });
    const issue = { ...here, issue_number: data.number };
    await operator.issues.get(issue);
    await operator.issues.listForRepo({ ...here, state: "all", labels: "incident", per_page: 1 });
    await operator.issues.update({
      ...issue,
      state: "closed",
      state_reason: "completed",
      labels: ["incident", "seen"],
    });
    const { data: open } = await operator.issues.listForRepo(here);
    assert.deepEqual(open, []);
    await assert.rejects(operator.issues.get({ ...here, issue_number: 999 }), { status: 404 });
    await assert.rejects(operator.issues.create({ ...here, title: "" }), { status: 422 });
  });

  it("pull requests, and comments", async () => {
    const { repository } = emulator.services;
    const change = { path: "app.txt", mode: "100644", content: Buffer.from("one") };
    const refs = [{ name: "refs/heads/topic", parent: repository.head() }];
    const plan = { refs, changes: [change], author: "operator", message: "Change", now: 0 };
    git(repository.folder, ["fast-import", "--quiet"], fastImport(plan));
    repository.changed();
    const { data } = await operator.pulls.create({ ...here, title: "Change", head: `${owner}:topic`, base: "main" });
    const pull = { ...here, pull_number: data.number };
    await operator.pulls.get(pull);
    await operator.pulls.list({ ...here, head: `${owner}:topic` });
    await operator.pulls.update({ ...pull, title: "Another change", state: "closed" });
    await assert.rejects(operator.pulls.create({ ...here, title: "x", head: "none", base: "main" }), { status: 422 });
    await assert.rejects(operator.pulls.get({ ...here, pull_number: 999 }), { status: 404 });
    const issue = { ...here, issue_number: data.number };
    await operator.issues.get(issue);
    const { data: comment } = await operator.issues.createComment({ ...issue, body: "seen" });
    await operator.issues.updateComment({ ...here, comment_id: comment.id, body: "seen twice" });
    await operator.issues.getComment({ ...here, comment_id: comment.id });
    const { data: comments } = await operator.issues.listComments(issue);
    assert.deepEqual(
      comments.map(({ body }) => body),
      ["seen twice"],
    );
    await assert.rejects(operator.issues.createComment({ ...issue, body: "" }), { status: 422 });
  });

  it("objects of git, refs, and a merge", async () => {
    const developer = await emulator.client("developer-token");
    const { data: blob } = await developer.git.createBlob({ ...here, content: "b25l", encoding: "base64" });
    const { data: base } = await developer.repos.getCommit({ ...here, ref: "main" });
    const file = { path: "objects.txt", mode: "100644", type: "blob", sha: blob.sha } as const;
    const { data: tree } = await developer.git.createTree({
      ...here,
      base_tree: base.commit.tree.sha,
      tree: [file, { ...file, path: "run/me.sh", mode: "100755" }],
    });
    const commit = { ...here, message: "Add objects", tree: tree.sha, parents: [base.sha] };
    const { data: one } = await developer.git.createCommit(commit);
    await developer.git.getCommit({ ...here, commit_sha: one.sha });
    await developer.git.createRef({ ...here, ref: "refs/heads/a/branch", sha: base.sha });
    await developer.git.updateRef({ ...here, ref: "heads/a/branch", sha: one.sha });
    const { data: pull } = await developer.pulls.create({ ...here, title: "Objects", head: "a/branch", base: "main" });
    await developer.pulls.merge({ ...here, pull_number: pull.number });
    await assert.rejects(developer.pulls.merge({ ...here, pull_number: pull.number }), { status: 405 });
    await assert.rejects(operator.git.createBlob({ ...here, content: "one" }), { status: 403 });
  });

  it("settings of Actions, and rulesets", async () => {
    await operator.actions.setGithubActionsPermissionsRepository({
      ...here,
      enabled: true,
      allowed_actions: "selected",
    });
    await operator.actions.getGithubActionsPermissionsRepository(here);
    await operator.actions.setAllowedActionsRepository({ ...here, github_owned_allowed: true });
    await operator.actions.getAllowedActionsRepository(here);
    await operator.actions.setGithubActionsDefaultWorkflowPermissionsRepository({
      ...here,
      default_workflow_permissions: "read",
    });
    await operator.actions.getGithubActionsDefaultWorkflowPermissionsRepository(here);
    const fork = "/repos/{owner}/{repo}/actions/permissions/fork-pr-contributor-approval";
    await emulator.admin("PUT", "faults/repository-public", {});
    await operator.request(`PUT ${fork}`, { ...here, approval_policy: "all_external_contributors" });
    await operator.request(`GET ${fork}`, here);
    await emulator.admin("DELETE", "faults/repository-public");
    const oidc = { ...here, use_default: false, include_claim_keys: ["repo", "context"] };
    await operator.actions.setCustomOidcSubClaimForRepo(oidc);
    await operator.actions.getCustomOidcSubClaimForRepo(here);

    const { data } = await operator.repos.createRepoRuleset({
      ...here,
      name: "protect main",
      enforcement: "active",
      target: "branch",
      conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
      rules: [
        { type: "deletion" },
        { type: "required_deployments", parameters: { required_deployment_environments: ["production"] } },
      ],
    });
    const ruleset = { ...here, ruleset_id: data.id };
    await operator.repos.getRepoRulesets(here);
    await operator.repos.getRepoRuleset(ruleset);
    await operator.repos.updateRepoRuleset({ ...ruleset, name: "protect the default branch", enforcement: "disabled" });
    await operator.repos.deleteRepoRuleset(ruleset);
  });

  it("the archive of the default branch", async () => {
    const { data } = await operator.repos.downloadTarballArchive({ ...here, ref: "main" });
    assert.deepEqual([...Buffer.from(data as ArrayBuffer).subarray(0, 2)], [0x1f, 0x8b], "it is gzip");
    await assert.rejects(operator.repos.downloadTarballArchive({ ...here, ref: "other" }), { status: 404 });
  });

  it("workflows, runs, jobs, logs, concurrency groups", async () => {
    const runnerId = emulator.addRunner("runner-2");
    const workflow = { ...here, workflow_id: "smoke.yml" };
    await operator.actions.listRepoWorkflows(here);
    await operator.actions.getWorkflow(workflow);
    await operator.actions.disableWorkflow(workflow);
    await operator.actions.enableWorkflow(workflow);
    await operator.actions.createWorkflowDispatch({ ...workflow, ref: "main", inputs: { target: "a" } });
    const { data: listed } = await operator.actions.listWorkflowRunsForRepo(here);
    const run = { ...here, run_id: listed.workflow_runs[0]?.id ?? 0 };
    await operator.actions.listWorkflowRuns(workflow);
    await operator.actions.getWorkflowRun(run);
    await operator.actions.getWorkflowRunAttempt({ ...run, attempt_number: 1 });
    await operator.request("GET /repos/{owner}/{repo}/actions/concurrency_groups", here);
    await operator.request("GET /repos/{owner}/{repo}/actions/concurrency_groups/{concurrency_group_name}", {
      ...here,
      concurrency_group_name: "smoke",
    });
    await operator.request("GET /repos/{owner}/{repo}/actions/runs/{run_id}/concurrency_groups", run);
    const { data: jobs } = await operator.actions.listJobsForWorkflowRun(run);
    await operator.actions.listJobsForWorkflowRunAttempt({ ...run, attempt_number: 1 });
    const job = { ...here, job_id: jobs.jobs[0]?.id ?? 0 };
    emulator.services.presence.heard(runnerId);
    emulator.engine.tick();
    assert.ok(emulator.engine.acquire(runnerId, job.job_id), "the runner gets the job");
    emulator.services.logs.append(job.job_id, "hello\n");
    const step = { number: 1, name: "Run echo hello", startedAt: emulator.services.store.now() };
    const steps = [
      { ...step, status: "completed" as const, conclusion: "failure" as const, completedAt: step.startedAt },
    ];
    const outcome = { outputs: {}, environmentUrl: "", annotations: [], summary: "" };
    emulator.engine.complete(job.job_id, { conclusion: "failure", steps, ...outcome });
    const { data: finished } = await operator.actions.getJobForWorkflowRun(job);
    assert.deepEqual(
      [finished.status, finished.conclusion, finished.runner_name],
      ["completed", "failure", "runner-2"],
    );
    const log = await operator.actions.downloadJobLogsForWorkflowRun(job);
    assert.equal(log.data, "hello\n");
    const { data: archive } = await operator.actions.downloadWorkflowRunLogs(run);
    const files = Object.values(unzipSync(new Uint8Array(archive as ArrayBuffer)));
    assert.deepEqual(
      files.map((file) => strFromU8(file)),
      ["hello\n"],
    );
    await operator.actions.downloadWorkflowRunAttemptLogs({ ...run, attempt_number: 1 });
    await operator.actions.reRunJobForWorkflowRun(job);
    await operator.actions.cancelWorkflowRun(run);
    await operator
      .request("POST /repos/{owner}/{repo}/actions/runs/{run_id}/force-cancel", run)
      .catch((error: unknown) => {
        assert.equal((error as { status: number }).status, 409);
      });
    await operator.actions.reRunWorkflow(run);
    await operator.actions.cancelWorkflowRun(run);
    await assert.rejects(operator.actions.approveWorkflowRun(run), { status: 403 });
    await operator.actions.reRunWorkflowFailedJobs(run);
    await operator.actions.cancelWorkflowRun(run);
  });

  it("approvals of deployments", async () => {
    const reviewers = [{ type: "User" as const, id: 1003 }];
    await operator.repos.createOrUpdateEnvironment({ ...production, reviewers, wait_timer: 0 });
    await operator.actions.createWorkflowDispatch({ ...here, workflow_id: "deploy.yml", ref: "main" });
    const { data } = await operator.actions.listWorkflowRuns({ ...here, workflow_id: "deploy.yml" });
    const run = { ...here, run_id: data.workflow_runs[0]?.id ?? 0 };
    const { data: pending } = await reviewer.actions.getPendingDeploymentsForRun(run);
    assert.equal(pending[0]?.current_user_can_approve, true);
    const environment_ids = pending.map(({ environment }) => Number(environment.id));
    await reviewer.actions.reviewPendingDeploymentsForRun({
      ...run,
      environment_ids,
      state: "approved",
      comment: "go",
    });
    const { data: reviews } = await operator.actions.getReviewsForRun(run);
    assert.deepEqual(
      reviews.map(({ state, comment }) => [state, comment]),
      [["approved", "go"]],
    );
    await operator.repos.deleteAnEnvironment(production);
  });

  it("accepts every answer that was given", () => {
    assert.deepEqual(
      emulator.exchanges.flatMap((exchange) => judge.problems(exchange)),
      [],
    );
  });

  it("has seen every route that the description has", () => {
    const pullRequests = new PullRequests(emulator.services.repository, emulator.services.store, emulator.engine);
    const pushes = new Pushes(emulator.services.repository, emulator.services.store, emulator.engine, pullRequests);
    const served = allRoutes(emulator.services, emulator.engine, pullRequests, pushes).filter(
      ({ base }) => base === "/api/v3",
    );
    const described = served
      .map(({ method, path: template }) => `${method} ${template}`)
      .filter((name) => judge.has(name));
    assert.ok(described.length > 70, `${described.length} described routes`);
    const seen = new Set(emulator.exchanges.map((exchange) => judge.operationOf(exchange)));
    assert.deepEqual(
      described.filter((name) => !seen.has(name)),
      [],
    );
  });
});
