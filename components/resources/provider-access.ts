/**
 * Shared by the implementations of dynamic resources: the package's secrets, GitHub, hosts. The libraries for GitHub
 * and SSH are loaded only when used: comparing state and program needs neither.
 */
import type * as pulumi from "@pulumi/pulumi";
import { repositoryOf } from "@ghrunners/core/github/repository";
import type { GitHubClient } from "@ghrunners/core/github/client";
import type { HostSession } from "@ghrunners/core/ssh/session";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { poll } from "@ghrunners/core/until";
import { gitHubLibrary, sshLibrary } from "../libraries";

const RETRY_MS = 500;

/** Secrets of the package's configuration. They are not inputs, so they are in no resource's state. */
export type PackageSecret = "githubToken" | "sshPrivateKey" | "proxmoxToken" | "exporterToken" | "failoverToken";

let configuration: { get(key: string): string | undefined } | undefined;

/**
 * `configure` of every dynamic resource. Every program sets the same keys, as for any Pulumi package: `pulumi config
 * set --secret ghrunners:githubToken`.
 */
export async function configure({ config }: pulumi.dynamic.ConfigureRequest): Promise<void> {
  configuration = config;
}

/** @throws Error, with the command that sets it, if it is not set */
export function packageSecret(key: PackageSecret): string {
  if (configuration === undefined) throw new Error("The provider was used before it was configured.");
  const value = configuration.get(`ghrunners:${key}`);
  if (value !== undefined && value !== "") return value;
  throw new Error(
    `The configuration of the stack has no ghrunners:${key}. Expected a secret (docs/reference/security.md lists its  ` +
      `permissions). Next: pulumi config set --secret ghrunners:${key}`,
  );
}

/** A structured setting of the package's configuration, as JSON text; undefined if it is not set. */
export function packageSetting(key: "safety"): string | undefined {
  return configuration?.get(`ghrunners:${key}`);
}

export async function openGitHub({
  githubUrl: url,
  repository,
  runnerGroup,
}: {
  readonly githubUrl: string;
  readonly repository: string;
  /** Where the runners are registered; see Repository. */
  readonly runnerGroup?: string | undefined;
}): Promise<GitHubClient> {
  const { GitHubClient: Client } = gitHubLibrary();
  return new Client(repositoryOf({ url, repository, runnerGroup }), packageSecret("githubToken"));
}

/** Opens an SSH session, runs the work, and always closes the session. */
export async function withHost<T>(
  host: HostAddress,
  work: (session: HostSession) => Promise<T>,
  connectTimeoutMs?: number,
): Promise<T> {
  const { withSession } = sshLibrary();
  return withSession(host, packageSecret("sshPrivateKey"), work, connectTimeoutMs);
}
/**
 * Like withHost, for a host that may be restarting: after a change of its VM it takes some time until its SSH server
 * answers.
 */
export async function withHostWhenUp<T>(
  host: HostAddress,
  work: (session: HostSession) => Promise<T>,
  limitMs: number,
): Promise<T> {
  const { HostUnreachableError } = sshLibrary();
  const attempt = async (): Promise<{ value: T } | { unreachable: Error }> => {
    try {
      return { value: await withHost(host, work) };
    } catch (error) {
      if (error instanceof HostUnreachableError) return { unreachable: error };
      throw error;
    }
  };
  const last = await poll(attempt, (seen) => "value" in seen, { limitMs, pauseMs: RETRY_MS });
  if ("value" in last) return last.value;
  throw last.unreachable;
}

/** Like withHost, but a host that does not answer gives undefined: it may be gone for good. */
export async function withHostIfReachable<T>(
  host: HostAddress,
  work: (session: HostSession) => Promise<T>,
  connectTimeoutMs?: number,
): Promise<T | undefined> {
  const { HostUnreachableError } = sshLibrary();
  try {
    return await withHost(host, work, connectTimeoutMs);
  } catch (error) {
    if (error instanceof HostUnreachableError) return undefined;
    throw error;
  }
}
