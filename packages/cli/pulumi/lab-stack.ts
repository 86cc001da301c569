import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import { hostExists } from "@ghrunners/lab/hosts/index";
import { ensureHostKey, hostKeyOf } from "@ghrunners/lab/hosts/keys";
import type { Lab } from "@ghrunners/lab/lifecycle";
import { capturePulumi, type Engine } from "./engine";
import { releaseAbandonedLock } from "./stale-lock";

/** A stack configuration file: Pulumi's own keys and the `config` map. */
interface StackConfig {
  encryptionsalt?: string;
  config?: Record<string, unknown>;
}

/** The lab's secrets by configuration key. */
const secretKeys = (lab: Lab): Record<string, string> => ({
  "ghrunners:proxmoxToken": lab.secrets.proxmoxToken,
  "ghrunners:githubToken": lab.secrets.githubToken,
  "ghrunners:exporterToken": lab.secrets.exporterToken,
  "ghrunners:failoverToken": lab.secrets.failoverToken,
  "ghrunners:sshPrivateKey": lab.secrets.sshPrivateKey,
});

/** What only a rotation writes, and the runner's version as somebody tries it, kept beside the lab's secrets. */
const ownSettings = ["ghrunners:secretValues", "ghrunners:secretGenerations", "ghrunners:agent"];

/** Hosts of the lab that the committed file names as targets, with the keys that this lab made for them. */
function targetsOf(lab: Lab, committed: Record<string, unknown>): Record<string, unknown> {
  const targets = committed["ghrunners:targets"] as { name: string; address: string }[] | undefined;
  if (targets === undefined) return {};
  const own = {
    hostKey: ensureHostKey(lab.instance, "app").publicKey,
    // A machine that nobody has booted yet is no silent one.
    watched: hostExists("app", lab.instance),
  };
  return { "ghrunners:targets": targets.map((target) => ({ ...target, ...own })) };
}

/**
 * What differs from the committed file: the monitoring host's key, which each lab makes for itself; without guests loopback
 * addresses, and no step that needs a host.
 */
function overrides(lab: Lab, committed: Record<string, unknown>): Record<string, unknown> {
  const group = (key: string): Record<string, unknown> => (committed[key] ?? {}) as Record<string, unknown>;
  const targets = targetsOf(lab, committed);
  if (lab.mode === "machines") {
    if (committed["ghrunners:monitoring"] === undefined) return targets;
    const hostKey = hostKeyOf(lab.instance, "monitoring");
    return { ...targets, "ghrunners:monitoring": { ...group("ghrunners:monitoring"), hostKey } };
  }
  return {
    ...targets,
    "ghrunners:monitoring": undefined,
    "ghrunners:proxmox": { ...group("ghrunners:proxmox"), endpoint: lab.proxmoxEndpoint },
    "ghrunners:github": { ...group("ghrunners:github"), url: lab.githubUrl },
    "ghrunners:hosts": "skip",
  };
}

/** The committed configuration, the overrides, and what only this lab has: salt and encrypted secrets. */
export function mergeStackConfig(
  committed: StackConfig,
  own: StackConfig,
  secrets: readonly string[],
  override: Record<string, unknown> = {},
): StackConfig {
  const encrypted = Object.fromEntries(Object.entries(own.config ?? {}).filter(([key]) => secrets.includes(key)));
  return { ...committed, ...own, config: { ...committed.config, ...override, ...encrypted } };
}

const read = (file: string): StackConfig =>
  existsSync(file) ? ((parse(readFileSync(file, "utf8")) as StackConfig | null) ?? {}) : {};

/** The committed configuration of one of the lab's stacks. */
const committedFile = ({ projectRoot, stack }: Engine): string =>
  path.join(projectRoot, "lab/stacks", `Pulumi.${stack}.yaml`);

/**
 * Makes the engine's stack in the lab's own backend, with a configuration file in the lab's state folder:
 * the checkout stays clean and the secrets go in by standard input.
 */
export async function ensureLabStack(lab: Lab, engine: Engine, say: (line: string) => void): Promise<void> {
  const { config: folder, backend } = lab.instance;
  const { stack } = engine;
  const file = path.join(folder, `Pulumi.${stack}.yaml`);
  mkdirSync(backend, { recursive: true, mode: 0o700 });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // A project folder of its own: `stack init` and `config set` write the file beside the Pulumi.yaml they find.
  writeFileSync(path.join(folder, "Pulumi.yaml"), "name: ghrunners\nruntime: nodejs\n");
  const here = (args: string[], input?: string): Promise<string> =>
    capturePulumi({ ...engine, configFile: undefined }, args, input, folder);
  if (!existsSync(path.join(backend, ".pulumi", "stacks", "ghrunners", `${stack}.json`))) {
    await here(["stack", "init", stack, "--secrets-provider", "passphrase", "--no-select"]);
  }
  await releaseAbandonedLock(lab.instance, engine, say);
  const secrets = secretKeys(lab);
  let own = read(file);
  const missing = Object.entries(secrets).filter(([key]) => own.config?.[key] === undefined);
  for (const [key, value] of missing) await here(["config", "set", "--stack", stack, "--secret", key], value);
  if (missing.length > 0) own = read(file);
  const committed = read(committedFile(engine));
  const kept = [...Object.keys(secrets), ...ownSettings];
  const merged = stringify(mergeStackConfig(committed, own, kept, overrides(lab, committed.config ?? {})));
  if (!existsSync(file) || readFileSync(file, "utf8") !== merged) {
    writeFileSync(`${file}.new`, merged, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}
