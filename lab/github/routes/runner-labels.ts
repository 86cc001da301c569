import { z } from "zod";
import { parseBody } from "../http/body";
import { notFound, unprocessable } from "../http/errors";
import type { GitHubRoute } from "../http/message";
import { rest } from "../http/rest";
import { relabel } from "../runner-labels";
import type { Services } from "../services";
import { labelViews } from "../views/runners";
import { findRunner } from "./runners";

const base = "/repos/{owner}/{repo}/actions/runners/{runner_id}/labels";
const read = ["administration:read"] as const;
const write = ["administration:write"] as const;

const label = z.string().min(1).max(256);
const setBody = z.strictObject({ labels: z.array(label).max(100) });
const addBody = z.strictObject({ labels: z.array(label).min(1).max(100) });

/** Labels of one runner. Read-only ones stay whatever is asked. */
export function runnerLabelRoutes(services: Services): GitHubRoute[] {
  const { store } = services;

  const reply = (id: string) => {
    const labels = labelViews(findRunner(services, id));
    return { status: 200 as const, body: { total_count: labels.length, labels } };
  };

  const replaceCustom = (id: string, custom: readonly string[]) => {
    findRunner(services, id);
    store.change((_state, emit) => {
      const runner = findRunner(services, id);
      runner.labels = relabel(runner, custom, () => store.nextId());
      emit("runner.labels", { runnerId: runner.id, name: runner.name, labels: runner.labels.map(({ name }) => name) });
    });
    return reply(id);
  };

  const customOf = (id: string): string[] =>
    findRunner(services, id)
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
      const found = findRunner(services, params.runner_id).labels.find(({ name }) => same(name));
      if (found === undefined) throw notFound();
      if (found.type === "read-only") throw unprocessable(`Bad request - Label "${found.name}" is read-only.`);
      return replaceCustom(
        params.runner_id,
        customOf(params.runner_id).filter((name) => !same(name)),
      );
    }),
  ];
}
