import { createAppAuth } from "@octokit/auth-app";
import { strFromU8, unzipSync } from "fflate";
import assert from "node:assert/strict";
import { installApp, registerApp } from "@ghrunners/lab/github/registered-apps";
import { type ApiCalls, here, production } from "./context";

/** Calls about runners, tokens of an App, workflows and approvals. */
export const actionsCalls: ApiCalls = {
  "runners, their labels and tokens": async ({ emulator, operator }) => {
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
  },

  "tokens of an App": async ({ emulator, appKey }) => {
    const { request } = await emulator.client("");
    const auth = createAppAuth({ appId: 12, privateKey: appKey.privateKey, request });
    const { token } = await auth({ type: "installation", installationId: 34 });
    assert.match(token, /^ghs_/);
  },

  "an App from its manifest to its installation": async ({ emulator }) => {
    const { store } = emulator.services;
    const { slug, ...app } = { slug: "made", name: "made", url: emulator.url, redirect_url: emulator.url };
    const code = registerApp(store, here.owner, { ...app, default_permissions: { actions_variables: "write" } });
    const { apps } = await emulator.client("");
    const { data: made } = await apps.createFromManifest({ code });
    await assert.rejects(apps.createFromManifest({ code }), { status: 404 });
    const auth = createAppAuth({ appId: made.id, privateKey: made.pem });
    const itself = await emulator.client((await auth({ type: "app" })).token);
    await assert.rejects(itself.apps.getRepoInstallation(here), { status: 404 });
    installApp(store, here.owner, slug);
    const { data: installation } = await itself.apps.getRepoInstallation(here);
    assert.deepEqual([installation.app_id, installation.app_slug], [made.id, slug]);
  },

  "workflows, runs, jobs, logs, concurrency groups": async ({ emulator, operator }) => {
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
  },

  "approvals of deployments": async ({ operator, reviewer }) => {
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
  },
};
