import { systemClock, type ServerClock } from "./clock";
import { GitHubFaults } from "./faults";
import { SecondaryLimits } from "./http/secondary-limits";
import { JobLogs } from "./job-logs";
import { PermissionUse } from "./permission-use";
import { Presence } from "./presence";
import { type PulumiArchive, pulumiArchive } from "./pulumi-archive";
import { GitRepository } from "./repository/repository";
import { RunnerTokens } from "./runner-tokens";
import { SealedSecrets } from "./sealed-secrets";
import type { Seed } from "./seed";
import { GitHubStore } from "./store";

/** What REST, the runner protocol, the workflow engine and the administration share. */
export interface Services {
  /** What the service started with; the repository's name is the one of now, after a rename. */
  readonly seed: Seed;
  /** Name of the repository in the seed's file: requests to it are redirected after a rename. */
  readonly formerName: string;
  readonly store: GitHubStore;
  readonly repository: GitRepository;
  readonly faults: GitHubFaults;
  readonly permissionUse: PermissionUse;
  readonly secondaryLimits: SecondaryLimits;
  readonly presence: Presence;
  readonly runnerTokens: RunnerTokens;
  readonly secrets: SealedSecrets;
  readonly logs: JobLogs;
  /** The release of pulumi/pulumi; undefined if there is none. */
  readonly pulumiArchive: () => Promise<PulumiArchive | undefined>;
}

/** @param folder state folder of the service; carries on with what is there */
export async function openServices(folder: string, seed: Seed, clock: ServerClock = systemClock): Promise<Services> {
  const store = new GitHubStore(folder, clock);
  const faults = new GitHubFaults(store);
  const formerName = seed.repository.name;
  const repository = {
    ...seed.repository,
    get name(): string {
      return faults.active("repository-renamed")?.parameters.to ?? formerName;
    },
  };
  return {
    seed: { ...seed, repository },
    formerName,
    store,
    repository: new GitRepository(folder, {
      folders: seed,
      defaultBranch: repository.defaultBranch,
      owner: seed.owner.login,
      now: () => clock.now(),
    }),
    faults,
    permissionUse: new PermissionUse(),
    secondaryLimits: new SecondaryLimits(clock, seed.refusesBeyondLimit),
    presence: new Presence(store, faults, seed.runnerSilenceMilliseconds),
    runnerTokens: new RunnerTokens(store),
    secrets: await SealedSecrets.load(store),
    logs: new JobLogs(folder),
    pulumiArchive: pulumiArchive(seed.pulumiPrograms, folder),
  };
}
