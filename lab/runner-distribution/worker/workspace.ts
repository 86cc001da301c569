import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { asText, type Contexts } from "../../github/workflows/expressions";
import type { Json } from "../../github/workflows/template";

/** Folders of a job below the runner's work folder. */
export interface Workspace {
  readonly workspace: string;
  readonly temp: string;
  readonly toolCache: string;
  readonly eventPath: string;
}

/**
 * Makes the folders; what an earlier job left in the temporary one and of actions goes, its files in the workspace
 * stay.
 */
export function prepareWorkspace(workFolder: string, repository: string, event: Json): Workspace {
  const name = repository.split("/").at(-1) ?? "repository";
  const folders = {
    workspace: path.join(workFolder, name, name),
    temp: path.join(workFolder, "_temp"),
    toolCache: path.join(workFolder, "_tool"),
  };
  for (const folder of [folders.temp, path.join(workFolder, "_actions")])
    rmSync(folder, { recursive: true, force: true });
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  const workflow = path.join(folders.temp, "_github_workflow");
  mkdirSync(workflow, { recursive: true });
  const eventPath = path.join(workflow, "event.json");
  writeFileSync(eventPath, JSON.stringify(event, undefined, 2));
  return { ...folders, eventPath };
}

/** Properties of the github context that become GITHUB_ variables (GitHub: "Default environment variables"). */
const exported = [
  ..."repository repository_owner repository_id repository_owner_id ref ref_name ref_type sha head_ref base_ref".split(
    " ",
  ),
  ..."event_name workflow workflow_ref workflow_sha run_id run_number run_attempt actor triggering_actor".split(" "),
  ..."server_url api_url graphql_url retention_days job".split(" "),
];

/** GITHUB_ and RUNNER_ variables of every step. */
export function defaultVariables(contexts: Contexts, folders: Workspace, trackingId: string): Record<string, string> {
  const github = contexts.github as { [key: string]: Json };
  const runner = contexts.runner as { [key: string]: Json };
  const text = (value: Json | undefined): string => asText(value ?? null);
  return {
    CI: "true",
    GITHUB_ACTIONS: "true",
    ...Object.fromEntries(exported.map((name) => [`GITHUB_${name.toUpperCase()}`, text(github[name])])),
    GITHUB_EVENT_PATH: folders.eventPath,
    GITHUB_WORKSPACE: folders.workspace,
    ...Object.fromEntries(Object.keys(runner).map((name) => [`RUNNER_${name.toUpperCase()}`, text(runner[name])])),
    RUNNER_WORKSPACE: path.dirname(folders.workspace),
    RUNNER_TRACKING_ID: trackingId,
  };
}
