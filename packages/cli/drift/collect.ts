/** Reads GitHub and the hosts, side by side. Read-only: GET requests, and a script that changes nothing. */
import { type GitHubSettings, repositoryOf } from "@ghrunners/core/github/repository";
import { GitHubClient } from "@ghrunners/core/github/client";
import { readEnvironment } from "@ghrunners/core/github/environment";
import { statusOf } from "@ghrunners/core/github/errors";
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
  const errors = new Map<string, string>();
  const unknown: string[] = [];
  const orUnknown = <T>(service: string, what: string, work: Promise<T>): Promise<T | undefined> =>
    work.catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      // A refused permission is one of its own; every other cause is the service's, and is reported once.
      const key = statusOf(error) === 403 ? message : service;
      if (!errors.has(key)) errors.set(key, message);
      unknown.push(what);
      return undefined;
    });
  const atGitHub = <T>(what: string, work: Promise<T>): Promise<T | undefined> => orUnknown("GitHub", what, work);
  const client = new GitHubClient(repositoryOf(input.github), input.github.token);
  const [seen, environment, settings, scoped, runners, monitoring, ...hosts] = await Promise.all([
    atGitHub("repository", client.repository()),
    input.environment === undefined ? undefined : atGitHub("environment", environmentOf(client, input.environment)),
    input.managesRepository ? atGitHub("rules", readRepository(client)) : undefined,
    atGitHub("secrets and variables", readScoped(client, input.environment, input.managesRepository)),
    atGitHub("runners", client.runners()),
    input.monitoring === undefined
      ? undefined
      : orUnknown("monitoring host", "monitoring host", readMonitoring(input.monitoring, input.sshPrivateKey)),
    ...input.hosts.map((host): Promise<SeenHost | undefined> => {
      const name = `host ${host.name}`;
      return orUnknown(name, name, readHost(host, input.sshPrivateKey));
    }),
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
    unknown: unknown.sort(),
    // Two services may have one cause, as a network that is down.
    errors: [...new Set(errors.values())],
  };
}
