import { systemClock, type ServerClock } from "./clock";
import { Faults } from "./faults";
import { JobLogs } from "./job-logs";
import { PermissionUse } from "./permission-use";
import { Presence } from "./presence";
import { RunnerTokens } from "./runner-tokens";
import { SealedSecrets } from "./sealed-secrets";
import type { Seed } from "./seed";
import { GitHubStore } from "./store";

/** What REST, the runner protocol, the workflow engine and the administration share. */
export interface Services {
  readonly seed: Seed;
  readonly store: GitHubStore;
  readonly faults: Faults;
  readonly permissionUse: PermissionUse;
  readonly presence: Presence;
  readonly runnerTokens: RunnerTokens;
  readonly secrets: SealedSecrets;
  readonly logs: JobLogs;
}

/** @param folder state folder of the service; carries on with what is there */
export async function openServices(folder: string, seed: Seed, clock: ServerClock = systemClock): Promise<Services> {
  const store = new GitHubStore(folder, clock);
  const faults = new Faults(store);
  return {
    seed,
    store,
    faults,
    permissionUse: new PermissionUse(),
    presence: new Presence(store, faults, seed.runnerSilenceMilliseconds),
    runnerTokens: new RunnerTokens(store),
    secrets: await SealedSecrets.load(store),
    logs: new JobLogs(folder),
  };
}
