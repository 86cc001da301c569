import type { components } from "@octokit/openapi-types";
import type { WorkflowRecord } from "../model";
import type { Services } from "../services";
import type { JobRecord, RunRecord } from "../workflows/records";
import { groupOf } from "../runner-groups";
import { nodeId, simpleUserNamed } from "./accounts";
import { fullName, repositoryPage, repositoryUrl, simpleRepository } from "./repository";

type Schemas = components["schemas"];

export function workflowView(
  { seed }: Pick<Services, "seed">,
  record: WorkflowRecord,
  name: string,
): Schemas["workflow"] {
  const file = record.path.split("/").at(-1) ?? record.path;
  return {
    id: record.id,
    node_id: nodeId("Workflow", record.id),
    name,
    path: record.path,
    state: record.state,
    created_at: record.createdAt,
    updated_at: record.createdAt,
    url: `${repositoryUrl(seed)}/actions/workflows/${record.id}`,
    html_url: `${repositoryPage(seed)}/blob/${seed.repository.defaultBranch}/${record.path}`,
    badge_url: `${repositoryPage(seed)}/workflows/${encodeURIComponent(file)}/badge.svg`,
  };
}

/** @param workflowId 0 when the file of the run is gone */
export function runView(
  { seed, store, repository: git }: Pick<Services, "seed" | "store" | "repository">,
  run: RunRecord,
  workflowId: number,
): Schemas["workflow-run"] {
  const url = `${repositoryUrl(seed)}/actions/runs/${run.id}`;
  const repository = simpleRepository(seed);
  // A lab that an older checkout started has runs of commits that git never had.
  const commit = git.commit(run.headSha);
  const person = { name: run.actor, email: `${run.actor}@users.noreply.example.invalid` };
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId("WorkflowRun", run.id),
    check_suite_id: run.id,
    check_suite_node_id: nodeId("CheckSuite", run.id),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: `.github/workflows/${run.workflowFile}`,
    referenced_workflows: run.scopes.slice(1).map(({ workflow }) => ({
      path: `${fullName(seed)}/.github/workflows/${workflow.file}`,
      sha: run.headSha,
      ref: `refs/heads/${run.headBranch}`,
    })),
    run_number: run.number,
    run_attempt: run.attempt,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: workflowId,
    url,
    html_url: `${repositoryPage(seed)}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    run_started_at: run.startedAt,
    actor: simpleUserNamed(seed, run.actor),
    triggering_actor: simpleUserNamed(seed, run.triggeringActor),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${repositoryUrl(seed)}/check-suites/${run.id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: run.attempt > 1 ? `${url}/attempts/${run.attempt - 1}` : null,
    workflow_url: `${repositoryUrl(seed)}/actions/workflows/${workflowId}`,
    head_commit: {
      id: run.headSha,
      tree_id: commit?.treeSha ?? run.headSha,
      message: commit?.message ?? "",
      timestamp: commit?.committer.date ?? store.state.createdAt,
      author: person,
      committer: person,
    },
    repository,
    head_repository: repository,
    head_repository_id: seed.repository.id,
    display_title: run.displayTitle,
  };
}

/** @param run the run that the job belongs to */
export function jobView(
  { seed, store }: Pick<Services, "seed" | "store">,
  job: JobRecord,
  run: RunRecord,
): Schemas["job"] {
  const url = `${repositoryUrl(seed)}/actions/jobs/${job.id}`;
  const group = job.runnerId === null ? undefined : groupOf(store.state, job.runnerId);
  return {
    id: job.id,
    run_id: job.runId,
    run_url: `${repositoryUrl(seed)}/actions/runs/${job.runId}`,
    run_attempt: job.runAttempt,
    node_id: nodeId("CheckRun", job.id),
    head_sha: run.headSha,
    url,
    html_url: `${repositoryPage(seed)}/actions/runs/${job.runId}/job/${job.id}`,
    status: job.status,
    // A job has no startup_failure; only a run does.
    conclusion: job.conclusion === "startup_failure" ? "failure" : job.conclusion,
    created_at: job.createdAt,
    // GitHub gives a time here from the beginning.
    started_at: job.startedAt ?? job.createdAt,
    completed_at: job.completedAt,
    name: job.name,
    steps: job.steps.map((step) => ({
      name: step.name,
      status: step.status,
      conclusion: step.conclusion,
      number: step.number,
      started_at: step.startedAt,
      completed_at: step.completedAt,
    })),
    check_run_url: `${repositoryUrl(seed)}/check-runs/${job.id}`,
    labels: [...job.labels],
    runner_id: job.runnerId,
    runner_name: job.runnerName,
    runner_group_id: group?.id ?? null,
    runner_group_name: group?.name ?? null,
    workflow_name: run.name,
    head_branch: run.headBranch,
  };
}
