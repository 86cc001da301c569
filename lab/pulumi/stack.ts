/** The stacks of a lab: in its own backend, with a stack file in the checkout that git ignores (Pulumi.lab*.yaml). */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse, stringify } from "yaml";
import { capturePulumi } from "@ghrunners/cli/pulumi/run";
import { stackFile } from "@ghrunners/cli/pulumi/stack";
import { projectRoot } from "@ghrunners/core/project-root";
import { writeWhole } from "@ghrunners/core/whole-file";
import { blankOwner } from "../blank";
import { hostExists } from "../hosts";
import { ensureHostKey, hostKeyOf } from "../hosts/keys";
import { withInstanceLock, type Lab } from "../lifecycle";
import { type LabSession, stackOfSession } from "./session";
import { secretsOfStack } from "./secrets-of-stack";
import { labStack } from "./stack-files";
import { ofPersonsStack } from "./stack-of-person";
import { releaseAbandonedLock } from "./stale-lock";

/** A stack configuration file: Pulumi's own keys and the `config` map. */
interface StackFile {
  encryptionsalt?: string;
  config?: Record<string, unknown>;
}

/** The lab's secrets by configuration key. */
const secretsOf = (lab: Lab): Record<string, string> => ({
  "ghrunners:proxmoxToken": lab.secrets.proxmoxToken,
  "ghrunners:githubToken": lab.secrets.githubToken,
  "ghrunners:exporterToken": lab.secrets.exporterToken,
  "ghrunners:failoverToken": lab.secrets.failoverToken,
  "ghrunners:sshPrivateKey": lab.secrets.sshPrivateKey,
});

const read = (file: string): StackFile => (parse(readFileSync(file, "utf8")) as StackFile | null) ?? {};

/** `lab`, `lab-staging` and `lab-production` have a committed file; the names of other labs follow theirs. */
function templateOf({ lab, stack }: LabSession): string {
  const name = stack === labStack(lab.instance) ? "lab" : stack.slice(labStack(lab.instance).length + 1);
  return path.join(projectRoot, "lab", "stacks", `Pulumi.${name}.yaml`);
}

/** Hosts of the lab that the stack file names as targets, with the keys that this lab made for them. */
function targetsOf(lab: Lab, config: Record<string, unknown>): Record<string, unknown> {
  const targets = config["ghrunners:targets"] as { name: string; address: string }[] | undefined;
  if (targets === undefined) return {};
  const own = {
    hostKey: ensureHostKey(lab.instance, "app").publicKey,
    // A machine that has never been booted is not a silent one.
    watched: hostExists("app", lab.instance),
  };
  return { "ghrunners:targets": targets.map((target) => ({ ...target, ...own })) };
}

/**
 * What only a running lab knows: the keys of its hosts; without machines the loopback addresses of the two services,
 * and no step that needs a host.
 */
export function valuesOfLab(lab: Lab, config: Record<string, unknown>): Record<string, unknown> {
  const group = (key: string): Record<string, unknown> => (config[key] ?? {}) as Record<string, unknown>;
  const { from, ...promotion } = group("ghrunners:promotion");
  const named = {
    ...targetsOf(lab, config),
    // The committed file says "staging"; each lab has one of its own.
    ...(from === "staging" ? { "ghrunners:promotion": { ...promotion, from: labStack(lab.instance, "staging") } } : {}),
  };
  if (lab.mode === "machines") {
    if (config["ghrunners:monitoring"] === undefined) return named;
    const hostKey = hostKeyOf(lab.instance, "monitoring");
    return { ...named, "ghrunners:monitoring": { ...group("ghrunners:monitoring"), hostKey } };
  }
  return {
    ...named,
    "ghrunners:monitoring": undefined,
    "ghrunners:proxmox": { ...group("ghrunners:proxmox"), endpoint: lab.proxmoxEndpoint },
    "ghrunners:github": { ...group("ghrunners:github"), url: lab.githubUrl },
    "ghrunners:hosts": "skip",
  };
}

function write(file: string, content: StackFile): void {
  writeWhole(file, stringify(content));
}

/**
 * Makes the session's stack, or completes it. An existing stack file keeps what a user set in it; only what the lab
 * itself knows better is brought up to date. Secrets go in by standard input. In a blank lab the user makes the stack.
 * Two commands at once wait for each other: the second finds the stack of the first.
 */
export function ensureLabStack(session: LabSession, say: (line: string) => void): Promise<void> {
  return withInstanceLock(session.lab.instance, say, () => completeStack(session, say));
}

async function completeStack(session: LabSession, say: (line: string) => void): Promise<void> {
  const { lab } = session;
  const stack = stackOfSession(session);
  const file = stackFile(stack);
  mkdirSync(lab.instance.backend, { recursive: true, mode: 0o700 });
  if (blankOwner(lab.instance) !== undefined) return;
  const state = path.join(lab.instance.backend, ".pulumi", "stacks", "ghrunners", `${stack.name}.json`);
  if (!existsSync(state)) {
    // A stack file of an earlier lab has secrets of another passphrase.
    const { config = {}, ...rest } = read(templateOf(session));
    write(file, { ...rest, config: lab.owner === "person" ? ofPersonsStack(config) : config });
    await capturePulumi(stack, ["stack", "init", "--secrets-provider", "passphrase", "--no-select"]);
  }
  await releaseAbandonedLock(session, say);
  const missing = Object.entries(secretsOf(lab)).filter(([key]) => read(file).config?.[key] === undefined);
  for (const [key, value] of missing) await capturePulumi(stack, ["config", "set", "--secret", key], value);
  const { config = {}, ...own } = read(file);
  const declared = secretsOfStack(config, read(templateOf(session)).config ?? {}, hostExists("app", lab.instance));
  const wanted = { ...config, ...declared, ...valuesOfLab(lab, config) };
  if (!isDeepStrictEqual(parse(stringify(wanted)), config)) write(file, { ...own, config: wanted });
}
