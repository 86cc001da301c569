import { notFound } from "../http/errors";
import type { GitHubRoute } from "../http/message";
import { paginate } from "../http/pagination";
import { rest } from "../http/rest";
import type { Services } from "../services";
import { repositoryPage, repositoryUrl } from "../views/repository";
import { concurrencyGroups, type ConcurrencyGroup } from "../workflows/groups";
import { findJob, findRun } from "./runs";

const base = "/repos/{owner}/{repo}/actions";

/** Concurrency groups in use: the holder first, then the waiters in order. */
export function concurrencyRoutes(services: Services): GitHubRoute[] {
  const { seed, store } = services;
  const read = ["actions:read"] as const;
  const groups = () => concurrencyGroups(store.state.actions);
  const urlOf = ({ name }: ConcurrencyGroup): string =>
    `${repositoryUrl(seed)}/actions/concurrency_groups/${encodeURIComponent(name)}`;

  const members = ({ holder, waiting }: ConcurrencyGroup) =>
    [...(holder === null ? [] : [holder]), ...waiting].map((member, position) => {
      const run = findRun(services, String(member.runId));
      const page = `${repositoryPage(seed)}/actions/runs/${run.id}`;
      const job = member.jobId === null ? undefined : findJob(services, String(member.jobId));
      return {
        run_id: run.id,
        run_name: run.name,
        run_url: `${repositoryUrl(seed)}/actions/runs/${run.id}`,
        run_html_url: page,
        status: position === 0 && holder !== null ? ("in_progress" as const) : ("pending" as const),
        ...(job && {
          job_id: job.id,
          job_name: job.name,
          job_url: `${repositoryUrl(seed)}/actions/jobs/${job.id}`,
          job_html_url: `${page}/job/${job.id}`,
        }),
      };
    });
  const lastAcquired = ({ holder }: ConcurrencyGroup): string | null =>
    holder === null ? null : findRun(services, String(holder.runId)).startedAt;

  return [
    rest(`GET ${base}/concurrency_groups`, read, (request) => {
      const page = paginate(groups(), request, seed.publicUrl);
      const body = page.items.map((group) => ({
        group_name: group.name,
        group_url: urlOf(group),
        last_acquired_at: lastAcquired(group),
      }));
      return { status: 200, headers: page.headers, body: { total_count: page.total, concurrency_groups: body } };
    }),
    rest(`GET ${base}/concurrency_groups/{concurrency_group_name}`, read, ({ params }) => {
      const wanted = params.concurrency_group_name.toLowerCase();
      const group = groups().find(({ name }) => name.toLowerCase() === wanted);
      if (group === undefined) throw notFound();
      const list = members(group);
      const body = { group_name: group.name, group_url: urlOf(group), total_count: list.length, group_members: list };
      return { status: 200, body };
    }),
    rest(`GET ${base}/runs/{run_id}/concurrency_groups`, read, ({ params }) => {
      const { id } = findRun(services, params.run_id);
      const list = groups().flatMap((group) => {
        const own = members(group)
          .map((member, position) => ({ ...member, position, position_url: urlOf(group) }))
          .filter((member) => member.run_id === id);
        return own.length === 0 ? [] : [{ group_name: group.name, group_url: urlOf(group), group_members: own }];
      });
      return { status: 200, body: { total_count: list.length, concurrency_groups: list } };
    }),
  ];
}
