/**
 * What both dynamic resources of this folder need: secrets from the stack's configuration, GitHub, the host.
 * GitHub's and SSH's libraries are loaded at first use: comparing state and program needs neither.
 */
import { setTimeout as delay } from "node:timers/promises";
import type * as pulumi from "@pulumi/pulumi";
import type { GitHubClient } from "@ghrunners/core/github/client";
import type { HostSession } from "@ghrunners/core/ssh/session";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import type { RunnerIdentity } from "../runner/registration-args";

const RETRY_MS = 500;

/** Secrets that the provider process holds in memory; they are no inputs, so they stand in no resource's state. */
export interface Secrets {
  readonly githubToken: string;
  readonly sshPrivateKey: string;
}

let secrets: Secrets | undefined;

/** Takes the secrets from the stack's configuration. */
export async function configure({ config }: pulumi.dynamic.ConfigureRequest): Promise<void> {
  secrets = {
    githubToken: config.require("ghrunners:githubToken"),
    sshPrivateKey: config.require("ghrunners:sshPrivateKey"),
  };
}

function configured(): Secrets {
  if (secrets === undefined) throw new Error("The provider is used before it was configured.");
  return secrets;
}

export async function openGitHub({
  githubUrl,
  repository,
}: Pick<RunnerIdentity, "githubUrl" | "repository">): Promise<GitHubClient> {
  const { GitHubClient: Client } =
    require("@ghrunners/core/github/client") as typeof import("@ghrunners/core/github/client");
  return Client.open({ url: githubUrl, fullName: repository }, configured().githubToken);
}

/** Opens an SSH session, runs the work, closes it whatever happens. */
export async function withHost<T>(
  host: HostAddress,
  work: (session: HostSession) => Promise<T>,
  connectTimeoutMs?: number,
): Promise<T> {
  const { openSession } = require("@ghrunners/core/ssh/session") as typeof import("@ghrunners/core/ssh/session");
  const session = await openSession(host, configured().sshPrivateKey, connectTimeoutMs);
  try {
    return await work(session);
  } finally {
    session.close();
  }
}

/** Like withHost, for a host that may be restarting: a change of its VM ends before its SSH server answers again. */
export async function withHostWhenUp<T>(
  host: HostAddress,
  work: (session: HostSession) => Promise<T>,
  limitMs: number,
): Promise<T> {
  const { HostUnreachableError } =
    require("@ghrunners/core/ssh/session") as typeof import("@ghrunners/core/ssh/session");
  const deadline = Date.now() + limitMs;
  for (;;) {
    try {
      return await withHost(host, work);
    } catch (error) {
      if (!(error instanceof HostUnreachableError) || Date.now() > deadline) throw error;
      await delay(RETRY_MS);
    }
  }
}

/** Like withHost, but a host that does not answer gives undefined: it may be gone for good. */
export async function withHostIfReachable<T>(
  host: HostAddress,
  work: (session: HostSession) => Promise<T>,
  connectTimeoutMs?: number,
): Promise<T | undefined> {
  const { HostUnreachableError } =
    require("@ghrunners/core/ssh/session") as typeof import("@ghrunners/core/ssh/session");
  try {
    return await withHost(host, work, connectTimeoutMs);
  } catch (error) {
    if (error instanceof HostUnreachableError) return undefined;
    throw error;
  }
}
