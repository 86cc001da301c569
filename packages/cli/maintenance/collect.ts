import { repositoryOf, type GitHubSettings } from "@ghrunners/core/github/repository";
import { GitHubClient } from "@ghrunners/core/github/client";
import { MAINTENANCE_VARIABLE } from "@ghrunners/failover/choice/maintenance";
import { readSilences } from "./alertmanager";
import type { RunnerView } from "./plan";
import type { Silence } from "./silence";
import { viewOf, type MaintenanceRunner } from "./views";

/** What to inspect, and the credentials for it. */
export interface MaintenanceViewInput {
  readonly github: GitHubSettings & { readonly token: string };
  readonly sshPrivateKey: string;
  readonly runners: readonly MaintenanceRunner[];
  /** Null if the stack has no monitoring host. */
  readonly alertmanager: string | null;
}

export interface MaintenanceView {
  /** Text of RUNNER_MAINTENANCE; undefined when it is not set. */
  readonly variable: string | undefined;
  readonly runners: readonly RunnerView[];
  readonly silences: readonly Silence[];
}

/** Reads the runners from both views, the variable and the silences. */
export async function readMaintenanceView({
  github,
  sshPrivateKey,
  runners,
  alertmanager,
}: MaintenanceViewInput): Promise<MaintenanceView> {
  const client = new GitHubClient(repositoryOf(github), github.token);
  const [variable, silences, ...views] = await Promise.all([
    client.variable(MAINTENANCE_VARIABLE),
    alertmanager === null ? [] : readSilences(alertmanager),
    ...runners.map((runner) => viewOf(client, runner, sshPrivateKey)),
  ]);
  return { variable, silences, runners: views };
}
