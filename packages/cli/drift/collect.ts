/** Reads GitHub and the hosts, side by side. Read-only: GET requests, and a script that changes nothing. */
import { type GitHubSettings, repositoryOf } from "@ghrunners/core/github/repository";
import { GitHubClient } from "@ghrunners/core/github/client";
import { readEnvironment } from "@ghrunners/core/github/environment";
import type { EnvironmentSeen } from "@ghrunners/core/github/protection";
import { readRepository, readScoped } from "./collect-github";
import { readHost } from "./collect-host";
import { readMonitoring } from "./collect-monitoring";
import type { HostExpectation } from "./expectation";
import type { DriftObservation, SeenHost } from "./observation";
import type { MonitoringState } from "./state-monitoring";

/** What to read, and the credentials for it. */
export interface DriftInput {
  readonly github: GitHubSettings & { readonly token: string };
  /** Name of the GitHub environment; absent if the stack has none. */
  readonly environment?: string;
  readonly managesRepository: boolean;
  readonly hosts: readonly Pick<HostExpectation, "name" | "host" | "user" | "hostKey" | "unit">[];
  /** Absent: the stack has no files on a monitoring host. */
  readonly monitoring?: MonitoringState;
  readonly sshPrivateKey: string;
}

/** Null if GitHub has no environment of that name. */
const environmentOf = async (client: GitHubClient, name: string): Promise<EnvironmentSeen | null> =>
  (await client.explain("read the environment", readEnvironment(client, name))) ?? null;

export async function collect(input: DriftInput): Promise<DriftObservation> {
  const errors: string[] = [];
  const orNothing = <T>(work: Promise<T>, nothing: undefined): Promise<T | undefined> =>
    work.catch((error: unknown) => {
      errors.push(error instanceof Error ? error.message : String(error));
      return nothing;
    });
  const client = new GitHubClient(repositoryOf(input.github), input.github.token);
  const [seen, environment, settings, scoped, runners, monitoring, ...hosts] = await Promise.all([
    orNothing(client.repository(), undefined),
    input.environment === undefined ? undefined : orNothing(environmentOf(client, input.environment), undefined),
    input.managesRepository ? orNothing(readRepository(client), undefined) : undefined,
    orNothing(readScoped(client, input.environment, input.managesRepository), undefined),
    orNothing(client.runners(), undefined),
    input.monitoring === undefined
      ? undefined
      : orNothing(readMonitoring(input.monitoring, input.sshPrivateKey), undefined),
    ...input.hosts.map((host) => orNothing<SeenHost>(readHost(host, input.sshPrivateKey), undefined)),
  ]);
  return {
    public: seen !== undefined && !seen.private,
    ...(seen === undefined ? {} : { repositoryName: seen.fullName }),
    ...(environment === undefined ? {} : { environment }),
    ...(settings === undefined ? {} : { repository: settings }),
    ...scoped,
    ...(runners === undefined ? {} : { runners }),
    ...(monitoring === undefined ? {} : { monitoring }),
    hosts: hosts.filter((host) => host !== undefined),
    errors: [...new Set(errors)],
  };
}
