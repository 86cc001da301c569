import { notFound } from "../http/errors";
import type { Requester, GitHubRoute } from "../http/message";
import { paginate } from "../http/pagination";
import { rest } from "../http/rest";
import type { WorkflowEngine } from "../engine";
import type { Services } from "../services";
import type { JobRecord, RunRecord } from "../workflows/records";
import { jobView, runView } from "../views/runs";
import { findWorkflow } from "../workflow-records";
import { selectsRun } from "./run-filter";

const actions = "/repos/{owner}/{repo}/actions";
const runs = `${actions}/runs` as const;
const jobs = `${actions}/jobs` as const;

/** @throws GitHubApiError 404 */
export function findRun({ store }: Pick<Services, "store">, id: string): RunRecord {
  const run = store.state.actions.runs.find((known) => String(known.id) === id);
  if (run === undefined) throw notFound();
  return run;
}

/** @throws GitHubApiError 404 */
export function findJob({ store }: Pick<Services, "store">, id: string): JobRecord {
  const job = store.state.actions.jobs.find((known) => String(known.id) === id);
  if (job === undefined) throw notFound();
  return job;
}

/** Runs and jobs of workflows: list, read, cancel, run again. */
export function runRoutes(services: Services, engine: WorkflowEngine): GitHubRoute[] {
  const { seed, store } = services;
  const read = ["actions:read"] as const;
  const write = ["actions:write"] as const;

  const workflowIds = (): Map<string, number> => new Map(store.state.workflows.map(({ path, id }) => [path, id]));
  const view = (run: RunRecord, ids = workflowIds()) =>
    runView(services, run, ids.get(`.github/workflows/${run.workflowFile}`) ?? 0);
  const newestFirst = (): RunRecord[] => [...store.state.actions.runs].sort((a, b) => b.id - a.id);
  const jobsOf = (run: RunRecord, attempt: number | "all"): JobRecord[] =>
    store.state.actions.jobs.filter((job) => job.runId === run.id && (attempt === "all" || job.runAttempt === attempt));

  const listRuns = (request: Parameters<GitHubRoute["handle"]>[0], found: readonly RunRecord[]) => {
    const page = paginate(found.filter(selectsRun(request.query)), request, seed.publicUrl);
    const ids = workflowIds();
    const body = { total_count: page.total, workflow_runs: page.items.map((run) => view(run, ids)) };
    return { status: 200 as const, headers: page.headers, body };
  };
  const listJobs = (request: Parameters<GitHubRoute["handle"]>[0], run: RunRecord, attempt: number | "all") => {
    const page = paginate(jobsOf(run, attempt), request, seed.publicUrl);
    const body = { total_count: page.total, jobs: page.items.map((job) => jobView(services, job, run)) };
    return { status: 200 as const, headers: page.headers, body };
  };
  const rerun = (identity: Requester | undefined, runId: number, only: "all" | "failed" | number) => {
    engine.rerun(runId, { only, login: (identity as Requester).login });
    return { status: 201 as const, body: {} };
  };
  const cancel = (id: string, force: boolean) => {
    engine.cancel(findRun(services, id).id, { force });
    return { status: 202 as const, body: {} };
  };

  return [
    rest(`GET ${runs}`, read, (request) => listRuns(request, newestFirst())),
    rest(`GET ${actions}/workflows/{workflow_id}/runs`, read, (request) => {
      const { path } = findWorkflow(services, request.params.workflow_id);
      return listRuns(
        request,
        newestFirst().filter((run) => `.github/workflows/${run.workflowFile}` === path),
      );
    }),
    rest(`GET ${runs}/{run_id}`, read, ({ params }) => ({ status: 200, body: view(findRun(services, params.run_id)) })),
    rest(`GET ${runs}/{run_id}/attempts/{attempt_number}`, read, ({ params }) => {
      const run = findRun(services, params.run_id);
      // Only the newest attempt's times and result are kept; earlier attempts live on in their jobs.
      if (String(run.attempt) !== params.attempt_number) throw notFound();
      return { status: 200, body: view(run) };
    }),
    rest(`GET ${runs}/{run_id}/jobs`, read, (request) => {
      const run = findRun(services, request.params.run_id);
      return listJobs(request, run, request.query.get("filter") === "all" ? "all" : run.attempt);
    }),
    rest(`GET ${runs}/{run_id}/attempts/{attempt_number}/jobs`, read, (request) =>
      listJobs(request, findRun(services, request.params.run_id), Number(request.params.attempt_number)),
    ),
    rest(`POST ${runs}/{run_id}/approve`, write, ({ params, identity }) => {
      engine.approve(findRun(services, params.run_id).id, (identity as Requester).login);
      return { status: 201, body: {} };
    }),
    rest(`POST ${runs}/{run_id}/cancel`, write, ({ params }) => cancel(params.run_id, false)),
    rest(`POST ${runs}/{run_id}/force-cancel`, write, ({ params }) => cancel(params.run_id, true)),
    rest(`POST ${runs}/{run_id}/rerun`, write, ({ params, identity }) =>
      rerun(identity, findRun(services, params.run_id).id, "all"),
    ),
    rest(`POST ${runs}/{run_id}/rerun-failed-jobs`, write, ({ params, identity }) =>
      rerun(identity, findRun(services, params.run_id).id, "failed"),
    ),
    rest(`GET ${jobs}/{job_id}`, read, ({ params }) => {
      const job = findJob(services, params.job_id);
      return { status: 200, body: jobView(services, job, findRun(services, String(job.runId))) };
    }),
    rest(`POST ${jobs}/{job_id}/rerun`, write, ({ params, identity }) => {
      const job = findJob(services, params.job_id);
      return rerun(identity, job.runId, job.id);
    }),
  ];
}
