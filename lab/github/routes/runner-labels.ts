import { z } from "zod";
import { parseBody } from "../http/body";
import { notFound, unprocessable } from "../http/errors";
import type { GitHubRoute } from "../http/message";
import { rest } from "../http/rest";
import { relabel } from "../runner-labels";
import type { Services } from "../services";
import { labelViews } from "../views/runners";
import { findRunner, ofOrganization, ofRepository, type RunnerScope } from "./runner-scope";

const label = z.string().min(1).max(256);
const setBody = z.strictObject({ labels: z.array(label).max(100) });
const addBody = z.strictObject({ labels: z.array(label).min(1).max(100) });

/** Labels of one runner, of the repository or of the organization. Read-only ones stay whatever is asked. */
export const runnerLabelRoutes = (services: Services): GitHubRoute[] =>
  [ofRepository, ofOrganization].flatMap((scope) => labelRoutes(services, scope));

function labelRoutes(services: Services, scope: RunnerScope): GitHubRoute[] {
  const { store } = services;
  const { read, write } = scope;
  const base = `${scope.base}/{runner_id}/labels` as const;

  const reply = (id: string) => {
    const labels = labelViews(findRunner(services, scope, id));
    return { status: 200 as const, body: { total_count: labels.length, labels } };
  };

  const replaceCustom = (id: string, custom: readonly string[]) => {
    findRunner(services, scope, id);
    store.change((_state, emit) => {
      const runner = findRunner(services, scope, id);
      runner.labels = relabel(runner, custom, () => store.nextId());
      emit("runner.labels", { runnerId: runner.id, name: runner.name, labels: runner.labels.map(({ name }) => name) });
    });
    return reply(id);
  };

  const customOf = (id: string): string[] =>
    findRunner(services, scope, id)
      .labels.filter(({ type }) => type === "custom")
      .map(({ name }) => name);

  return [
    rest(`GET ${base}`, read, ({ params }) => reply(params.runner_id)),
    rest(`POST ${base}`, write, ({ params, body }) => {
      const { labels } = parseBody(addBody, body);
      return replaceCustom(params.runner_id, [...customOf(params.runner_id), ...labels]);
    }),
    rest(`PUT ${base}`, write, ({ params, body }) => replaceCustom(params.runner_id, parseBody(setBody, body).labels)),
    rest(`DELETE ${base}`, write, ({ params }) => replaceCustom(params.runner_id, [])),
    rest(`DELETE ${base}/{name}`, write, ({ params }) => {
      const same = (name: string): boolean => name.toLowerCase() === params.name.toLowerCase();
      const found = findRunner(services, scope, params.runner_id).labels.find(({ name }) => same(name));
      if (found === undefined) throw notFound();
      if (found.type === "read-only") throw unprocessable(`Bad request - Label "${found.name}" is read-only.`);
      return replaceCustom(
        params.runner_id,
        customOf(params.runner_id).filter((name) => !same(name)),
      );
    }),
  ];
}
