import { z } from "zod";
import type { WorkflowEngine } from "../engine";
import { parseBody } from "../http/body";
import { unprocessable } from "../http/errors";
import type { Requester, GitHubRoute } from "../http/message";
import { rest } from "../http/rest";
import type { StoredEnvironment } from "../model";
import type { Services } from "../services";
import { accountNamed, nodeId, simpleUserNamed } from "../views/accounts";
import { environmentPage, environmentUrl, reviewerViews } from "../views/environments";
import { repositoryUrl } from "../views/repository";
import type { JobRecord, RunRecord } from "../workflows/records";
import { findEnvironment } from "./environments";
import { findRun } from "./runs";

const run = "/repos/{owner}/{repo}/actions/runs/{run_id}";

const review = z.object({
  environment_ids: z.array(z.number().int()).min(1),
  state: z.enum(["approved", "rejected"]),
  comment: z.string(),
});

const short = (services: Services, { id, name }: StoredEnvironment) => ({
  id,
  node_id: nodeId("Environment", id),
  name,
  url: environmentUrl(services.seed, name),
  html_url: environmentPage(services.seed, name),
});

/** Jobs that wait for an environment, and the decisions on them. */
export function deploymentRoutes(services: Services, engine: WorkflowEngine): GitHubRoute[] {
  const { seed, store } = services;

  const waiting = ({ id }: RunRecord): JobRecord[] =>
    store.state.actions.jobs.filter((job) => job.runId === id && job.status === "waiting" && job.environment);
  const environmentsOf = (jobs: readonly JobRecord[]): StoredEnvironment[] => {
    const names = new Set(jobs.map((job) => job.environment?.name.toLowerCase() ?? ""));
    return [...names].flatMap((name) => findEnvironment(services, name) ?? []);
  };
  const mayApprove = (login: string, environment: StoredEnvironment, ofRun: RunRecord): boolean => {
    const account = accountNamed(seed, login);
    if (account === undefined || !environment.reviewers.some(({ id }) => id === account.id)) return false;
    return !environment.preventSelfReview || ofRun.triggeringActor.toLowerCase() !== login.toLowerCase();
  };

  return [
    rest(`GET ${run}/pending_deployments`, ["actions:read"], ({ params, identity }) => {
      const found = findRun(services, params.run_id);
      const jobs = waiting(found);
      const body = environmentsOf(jobs).map((environment) => ({
        environment: short(services, environment),
        wait_timer: environment.waitTimer,
        wait_timer_started_at: environment.waitTimer > 0 ? found.startedAt : null,
        current_user_can_approve: mayApprove((identity as Requester).login, environment, found),
        reviewers: reviewerViews(seed, environment.reviewers),
      }));
      return { status: 200, body };
    }),
    rest(`POST ${run}/pending_deployments`, ["actions:write"], ({ params, body, identity }) => {
      const found = findRun(services, params.run_id);
      const { environment_ids: ids, state, comment } = parseBody(review, body);
      const { login } = identity as Requester;
      const pending = environmentsOf(waiting(found));
      const chosen = pending.filter(({ id }) => ids.includes(id));
      if (chosen.length !== new Set(ids).size) {
        throw unprocessable("Unable to find pending deployment requests for the given environment IDs");
      }
      if (!chosen.every((environment) => mayApprove(login, environment, found))) {
        throw unprocessable("You are not allowed to review this pending deployment");
      }
      const jobs = waiting(found).filter((job) =>
        chosen.some(({ name }) => name.toLowerCase() === job.environment?.name.toLowerCase()),
      );
      engine.review({ runId: found.id, environments: chosen.map(({ name }) => name), state, comment, login });
      return {
        status: 200,
        body: jobs.map((job) => ({
          url: `${repositoryUrl(seed)}/deployments/${job.id}`,
          id: job.id,
          node_id: nodeId("Deployment", job.id),
          sha: found.headSha,
          ref: found.headBranch,
          task: "deploy",
          payload: {},
          original_environment: job.environment?.name ?? "",
          environment: job.environment?.name ?? "",
          description: null,
          creator: simpleUserNamed(seed, found.actor),
          created_at: job.createdAt,
          updated_at: store.now(),
          statuses_url: `${repositoryUrl(seed)}/deployments/${job.id}/statuses`,
          repository_url: repositoryUrl(seed),
        })),
      };
    }),
    rest(`GET ${run}/approvals`, ["actions:read"], ({ params }) => {
      const { id } = findRun(services, params.run_id);
      const reviewed = store.state.actions.jobs.filter((job) => job.runId === id && job.review !== undefined);
      const body = reviewed.flatMap((job) => {
        const environment = findEnvironment(services, job.environment?.name ?? "");
        if (environment === undefined || job.review === undefined) return [];
        const { createdAt, updatedAt } = environment;
        return [
          {
            environments: [{ ...short(services, environment), created_at: createdAt, updated_at: updatedAt }],
            state: job.review.state,
            user: simpleUserNamed(seed, job.review.login),
            comment: job.review.comment,
          },
        ];
      });
      return { status: 200, body };
    }),
  ];
}
