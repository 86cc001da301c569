import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import { hostKeyOf } from "../../lab/hosts";
import type { Lab } from "../../lab/lifecycle";
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

/**
 * What differs from the committed file: the monitoring host's key, which each lab makes for itself; without guests loopback
 * addresses, and no step that needs a host.
 */
function overrides(lab: Lab, committed: Record<string, unknown>): Record<string, unknown> {
  const group = (key: string): Record<string, unknown> => (committed[key] ?? {}) as Record<string, unknown>;
  if (lab.mode === "machines") {
    const hostKey = hostKeyOf(lab.instance, "monitoring");
    return { "ghrunners:monitoring": { ...group("ghrunners:monitoring"), hostKey } };
  }
  return {
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

/**
 * Makes the stack `lab` in the lab's own backend, with a configuration file in the lab's state folder:
 * the checkout stays clean and the secrets go in by standard input.
 */
export async function ensureLabStack(lab: Lab, engine: Engine, say: (line: string) => void): Promise<void> {
  const { config: folder, backend } = lab.instance;
  const file = path.join(folder, "Pulumi.lab.yaml");
  mkdirSync(backend, { recursive: true, mode: 0o700 });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // A project folder of its own: `stack init` and `config set` write the file beside the Pulumi.yaml they find.
  writeFileSync(path.join(folder, "Pulumi.yaml"), "name: ghrunners\nruntime: nodejs\n");
  const here = (args: string[], input?: string): Promise<string> =>
    capturePulumi({ ...engine, configFile: undefined }, args, input, folder);
  if (!existsSync(path.join(backend, ".pulumi", "stacks", "ghrunners", "lab.json"))) {
    await here(["stack", "init", "lab", "--secrets-provider", "passphrase", "--no-select"]);
  }
  await releaseAbandonedLock(lab.instance, engine, say);
  const secrets = secretKeys(lab);
  for (const [key, value] of Object.entries(secrets)) {
    if (read(file).config?.[key] === undefined) await here(["config", "set", "--secret", key], value);
  }
  const committed = read(path.join(engine.projectRoot, "Pulumi.lab.yaml"));
  const merged = stringify(
    mergeStackConfig(committed, read(file), Object.keys(secrets), overrides(lab, committed.config ?? {})),
  );
  if (!existsSync(file) || readFileSync(file, "utf8") !== merged) {
    writeFileSync(`${file}.new`, merged, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}
