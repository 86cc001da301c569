import { print, printJson } from "../command";
import { currentStack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { exitCodeOf, renderIncidents } from "./render";
import { repositoryOf } from "@ghrunners/core/github/repository";
import { incidentsOfTargets } from "./targets";

export interface IncidentsOptions {
  readonly stack?: string;
  readonly send?: boolean;
  readonly json?: boolean;
}

export async function incidents(options: IncidentsOptions): Promise<number> {
  const settings = await settingsOf(await currentStack(options.stack));
  const { targets, sshPrivateKey, github, githubToken, monitoring } = settings;
  if (targets.length === 0) throw new Error("No deployment target is configured. Expected ghrunners:targets.");
  const found = await incidentsOfTargets({
    targets,
    keys: settings,
    privateKey: sshPrivateKey,
    send: options.send ?? false,
    repository: repositoryOf(github),
    token: githubToken,
    runbooks: monitoring?.runbookBaseUrl ?? `${github.url}/${github.repository}/blob/HEAD/docs/runbooks`,
  });
  if (options.json) printJson<"incidents">({ version: 1, targets: found });
  else print(renderIncidents(found));
  return exitCodeOf(found);
}
