import type { components } from "@octokit/openapi-types";
import type { StoredRunner } from "../model";
import type { Presence } from "../presence";
import { DEFAULT_GROUP_ID } from "../runner-groups";

type Schemas = components["schemas"];

export const labelViews = ({ labels }: Pick<StoredRunner, "labels">): Schemas["runner-label"][] =>
  labels.map(({ id, name, type }) => ({ id, name, type }));

/**
 * The runner as REST shows it. `version` is in GitHub's description since 23.0 (null before the first connection); the
 * generated types that are pinned here do not have it yet.
 */
export function runnerView(runner: StoredRunner, presence: Presence): Schemas["runner"] & { version: string | null } {
  return {
    id: runner.id,
    name: runner.name,
    os: runner.os,
    status: presence.statusOf(runner),
    busy: presence.isBusy(runner),
    ephemeral: runner.ephemeral,
    runner_group_id: runner.group ?? DEFAULT_GROUP_ID,
    version: runner.version,
    labels: labelViews(runner),
  };
}
