import { homedir } from "node:os";
import path from "node:path";

/** Names and folders of one lab instance. Pure: nothing is created here. */
export interface Instance {
  /** Name as given by GHRUNNERS_LAB: a lower-case letter, then up to 9 letters, digits or hyphens. */
  readonly name: string;
  /** Prefix of every namespace and cgroup of the instance; also the node's network namespace. */
  readonly prefix: string;
  /** Everything that belongs to the instance and must go with it. */
  readonly state: string;
  readonly secrets: string;
  readonly tls: string;
  readonly run: string;
  readonly logs: string;
  readonly proxmox: string;
  readonly github: string;
  /** Backend folder of the Pulumi engine. */
  readonly backend: string;
  /** Path by which the node's network namespace is entered. */
  readonly netns: string;
  /** The same of the network of GitHub's hosted machine. */
  readonly hostedNetns: string;
}

/** Base folders, from the environment by the XDG Base Directory Specification. */
export interface BaseFolders {
  readonly cache: string;
  readonly state: string;
}

export function baseFolders(env: NodeJS.ProcessEnv = process.env): BaseFolders {
  const home = env.HOME ?? homedir();
  return {
    cache: path.join(env.XDG_CACHE_HOME || path.join(home, ".cache"), "ghrunners"),
    state: path.join(env.XDG_STATE_HOME || path.join(home, ".local", "state"), "ghrunners"),
  };
}

/** @throws Error when the name cannot be part of namespace and cgroup names. */
export function instanceNamed(name: string, base: BaseFolders = baseFolders()): Instance {
  if (!/^[a-z][a-z0-9-]{0,9}$/.test(name)) {
    throw new Error(
      `GHRUNNERS_LAB is "${name}": expected a lower-case letter, then at most 9 letters, digits or hyphens (for example "lab").`,
    );
  }
  const state = path.join(base.state, name);
  const prefix = `ghr-${name}`;
  return {
    name,
    prefix,
    state,
    secrets: path.join(state, "secrets"),
    tls: path.join(state, "tls"),
    run: path.join(state, "run"),
    logs: path.join(state, "logs"),
    proxmox: path.join(state, "proxmox"),
    github: path.join(state, "github"),
    backend: path.join(state, "pulumi"),
    netns: path.join("/run/netns", prefix),
    hostedNetns: path.join("/run/netns", `${prefix}-hosted`),
  };
}

export function currentInstance(env: NodeJS.ProcessEnv = process.env): Instance {
  return instanceNamed(env.GHRUNNERS_LAB || "lab", baseFolders(env));
}

/**
 * The backend of the instance, as Pulumi takes it. Without `metadata=skip` the file backend keeps a second file beside
 * each one of its own and does not write it whole: after a kill -9 in that moment the stack cannot be read any more.
 * Source: gocloud.dev/blob/fileblob, setAttrs.
 */
export const backendUrl = (instance: Instance): string => `file://${instance.backend}?metadata=skip`;
