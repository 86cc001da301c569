import type { components } from "@octokit/openapi-types";
import { z } from "zod";
import { isUsable } from "../group-access";
import { parseBody } from "../http/body";
import { conflict, GitHubApiError, notFound, unprocessable } from "../http/errors";
import { type GitHubRoute, noContent } from "../http/message";
import { paginate } from "../http/pagination";
import { rest } from "../http/rest";
import type { StoredRunnerGroup } from "../model";
import { planOf } from "../plan";
import { DEFAULT_GROUP_ID, groupNamed } from "../runner-groups";
import type { Seed } from "../seed";
import type { Services } from "../services";
import { apiUrl } from "../views/accounts";
import { simpleRepository } from "../views/repository";
import { runnerView } from "../views/runners";
import { findRunner, ofOrganization } from "./runner-scope";

const base = "/orgs/{org}/actions/runner-groups";
const { read, write } = ofOrganization;

const visibility = z.enum(["selected", "all", "private"]);
const name = z.string().min(1).max(64);
const repositories = z.array(z.number().int());
const createBody = z.strictObject({
  name,
  visibility: visibility.default("all"),
  selected_repository_ids: repositories.default([]),
  runners: z.array(z.number().int()).default([]),
  allows_public_repositories: z.boolean().default(false),
});
const updateBody = z.strictObject({
  name,
  visibility: visibility.optional(),
  allows_public_repositories: z.boolean().optional(),
});
const repositoriesBody = z.strictObject({ selected_repository_ids: repositories });

function groupView(seed: Seed, group: StoredRunnerGroup): components["schemas"]["runner-groups-org"] {
  const url = `${apiUrl(seed)}/orgs/${seed.owner.login}/actions/runner-groups/${group.id}`;
  return {
    id: group.id,
    name: group.name,
    visibility: group.visibility,
    default: group.id === DEFAULT_GROUP_ID,
    ...(group.visibility === "selected" ? { selected_repositories_url: `${url}/repositories` } : {}),
    runners_url: `${url}/runners`,
    inherited: false,
    allows_public_repositories: group.allowsPublicRepositories,
    workflow_restrictions_read_only: false,
    restricted_to_workflows: false,
    selected_workflows: [],
  };
}

/** Groups of the organization's runners. Groups of an enterprise and restrictions to workflows are not modelled. */
export function runnerGroupRoutes(services: Services): GitHubRoute[] {
  const { seed, store, presence } = services;

  const find = (id: string): StoredRunnerGroup => {
    const group = store.state.runnerGroups.find((known) => String(known.id) === id);
    if (group === undefined) throw notFound();
    return group;
  };
  const runnersOf = ({ id }: StoredRunnerGroup) => store.state.runners.filter(({ group }) => group === id);
  const requireRepositories = (ids: readonly number[]): void => {
    if (ids.some((id) => id !== seed.repository.id)) throw unprocessable("Invalid repository ids.");
  };
  const requireFreeName = (wanted: string, id?: number): void => {
    const found = groupNamed(store.state.runnerGroups, wanted);
    if (found !== undefined && found.id !== id) throw conflict("Runner group with that name already exists.");
  };
  /** Changes the group in one step, with its event. */
  const change = (id: string, work: (group: StoredRunnerGroup) => void): void => {
    find(id);
    store.change((_state, emit) => {
      const group = find(id);
      work(group);
      emit("runner-group.changed", { groupId: group.id, name: group.name, visibility: group.visibility });
    });
  };

  return [
    rest(`GET ${base}`, read, (request) => {
      const repository = request.query.get("visible_to_repository")?.toLowerCase();
      const isVisible = (group: StoredRunnerGroup): boolean =>
        repository === undefined || (repository === seed.repository.name.toLowerCase() && isUsable(services, group));
      const page = paginate(store.state.runnerGroups.filter(isVisible), request, seed.publicUrl);
      const groups = page.items.map((group) => groupView(seed, group));
      return { status: 200, headers: page.headers, body: { total_count: page.total, runner_groups: groups } };
    }),
    rest(`POST ${base}`, write, ({ body }) => {
      const wanted = parseBody(createBody, body);
      if (planOf(services) === "free") {
        throw new GitHubApiError(403, "Runner groups are not part of the organization's plan.");
      }
      requireFreeName(wanted.name);
      requireRepositories(wanted.selected_repository_ids);
      for (const id of wanted.runners) findRunner(services, ofOrganization, String(id));
      const id = store.change((state, emit) => {
        const group: StoredRunnerGroup = {
          id: store.nextId(),
          name: wanted.name,
          visibility: wanted.visibility,
          repositories: wanted.visibility === "selected" ? wanted.selected_repository_ids : [],
          allowsPublicRepositories: wanted.allows_public_repositories,
        };
        state.runnerGroups.push(group);
        for (const runner of state.runners) if (wanted.runners.includes(runner.id)) runner.group = group.id;
        emit("runner-group.created", { groupId: group.id, name: group.name, visibility: group.visibility });
        return group.id;
      });
      return { status: 201, body: groupView(seed, find(String(id))) };
    }),
    rest(`GET ${base}/{runner_group_id}`, read, ({ params }) => ({
      status: 200,
      body: groupView(seed, find(params.runner_group_id)),
    })),
    rest(`PATCH ${base}/{runner_group_id}`, write, ({ params, body }) => {
      const wanted = parseBody(updateBody, body);
      requireFreeName(wanted.name, find(params.runner_group_id).id);
      change(params.runner_group_id, (group) => {
        group.name = wanted.name;
        group.visibility = wanted.visibility ?? group.visibility;
        group.allowsPublicRepositories = wanted.allows_public_repositories ?? group.allowsPublicRepositories;
      });
      return { status: 200, body: groupView(seed, find(params.runner_group_id)) };
    }),
    rest(`DELETE ${base}/{runner_group_id}`, write, ({ params }) => {
      const { id } = find(params.runner_group_id);
      if (id === DEFAULT_GROUP_ID) throw unprocessable("The default runner group cannot be deleted.");
      store.change((state, emit) => {
        // Its runners return to the default group.
        for (const runner of state.runners) if (runner.group === id) runner.group = DEFAULT_GROUP_ID;
        state.runnerGroups = state.runnerGroups.filter((group) => group.id !== id);
        emit("runner-group.deleted", { groupId: id });
      });
      return noContent;
    }),
    rest(`GET ${base}/{runner_group_id}/repositories`, read, (request) => {
      const { repositories: ids } = find(request.params.runner_group_id);
      const page = paginate(ids, request, seed.publicUrl);
      const views = page.items.map(() => simpleRepository(seed));
      return { status: 200, headers: page.headers, body: { total_count: page.total, repositories: views } };
    }),
    rest(`PUT ${base}/{runner_group_id}/repositories`, write, ({ params, body }) => {
      const ids = parseBody(repositoriesBody, body).selected_repository_ids;
      requireRepositories(ids);
      change(params.runner_group_id, (group) => (group.repositories = ids));
      return noContent;
    }),
    rest(`GET ${base}/{runner_group_id}/runners`, read, (request) => {
      const page = paginate(runnersOf(find(request.params.runner_group_id)), request, seed.publicUrl);
      const runners = page.items.map((runner) => runnerView(runner, presence));
      return { status: 200, headers: page.headers, body: { total_count: page.total, runners } };
    }),
    rest(`PUT ${base}/{runner_group_id}/runners/{runner_id}`, write, ({ params }) => {
      const { id } = find(params.runner_group_id);
      findRunner(services, ofOrganization, params.runner_id);
      store.change((_state, emit) => {
        const runner = findRunner(services, ofOrganization, params.runner_id);
        runner.group = id;
        emit("runner.moved", { runnerId: runner.id, name: runner.name, groupId: id });
      });
      return noContent;
    }),
  ];
}
