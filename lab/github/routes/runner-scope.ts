/** Runners of the repository and those of its organization have the same calls below another path. */
import { notFound } from "../http/errors";
import type { RouteAccess } from "../http/message";
import type { StoredRunner, RunnerToken } from "../model";
import { belongsTo } from "../runner-groups";
import type { Services } from "../services";

export interface RunnerScope {
  readonly base: "/repos/{owner}/{repo}/actions/runners" | "/orgs/{org}/actions/runners";
  readonly read: RouteAccess;
  readonly write: RouteAccess;
  readonly of: RunnerToken["of"];
}

export const ofRepository: RunnerScope = {
  base: "/repos/{owner}/{repo}/actions/runners",
  read: ["administration:read"],
  write: ["administration:write"],
  of: undefined,
};

export const ofOrganization: RunnerScope = {
  base: "/orgs/{org}/actions/runners",
  read: ["organization_self_hosted_runners:read"],
  write: ["organization_self_hosted_runners:write"],
  of: "organization",
};

export const runnersIn = ({ store }: Services, { of }: RunnerScope): StoredRunner[] =>
  store.state.runners.filter((runner) => belongsTo(runner, of));

/** @throws GitHubApiError 404 */
export function findRunner(services: Services, scope: RunnerScope, id: string): StoredRunner {
  const runner = runnersIn(services, scope).find((known) => String(known.id) === id);
  if (runner === undefined) throw notFound();
  return runner;
}
