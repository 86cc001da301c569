/** Decides what a stack left behind, and what of that may be removed. Pure. */
import { labelOfStack, strangers } from "@ghrunners/core/github/known-runner";
import { carries, type GitHubRunner } from "@ghrunners/core/github/runner";
import { isTemplateName } from "@ghrunners/core/proxmox/image";
import { PRUNE_WORDS } from "@ghrunners/core/vocabulary/safety";
import type { Described } from "@ghrunners/core/schema";
import type { leftoverSchema } from "./schema";

export type LeftBehind = Described<typeof leftoverSchema>;

/** What a thing is called in messages: two machines may have the same version of the runner. */
export const calledBy = ({ kind, id, place }: LeftBehind): string => `${kind} ${id} (${place})`;

/** What the stack has: by its state, its configuration, or both. */
export interface Owned {
  readonly stack: string;
  readonly environment: string;
  readonly repository: string;
  /** Labels of each runner that the configuration knows. */
  readonly labelSets: readonly (readonly string[])[];
  readonly runnerNames: readonly string[];
  /** Names of others' runners that may carry such labels, or their beginnings with `*`. */
  readonly knownRunners: readonly string[];
  /** Whether a runner with the label of deliveries may be one that this stack left. */
  readonly deliveries: boolean;
  readonly vmIds: readonly number[];
}

/** A virtual machine with the parts of its configuration that say whose it is. */
export interface SeenMachine {
  readonly vmId: number;
  readonly name: string;
  readonly node: string;
  readonly running: boolean;
  readonly template: boolean;
  /** Its notes; undefined: they could not be read. */
  readonly description: string | undefined;
  readonly isProtected: boolean;
  /** Of its creation, seconds since 1970. */
  readonly createdAt: number | undefined;
}

const force = (words: string | undefined): boolean => words === PRUNE_WORDS;
const FORCE = `Next: --force "${PRUNE_WORDS}"`;

/**
 * Runners at GitHub with the label of the environment, or of deliveries, that the stack does not have. Only one with all labels of a configured
 * runner, and with no machine of another stack, is this stack's.
 * @param machines of other stacks too; undefined: Proxmox VE could not be read
 */
export function ghosts(
  owned: Owned,
  runners: readonly GitHubRunner[],
  machines: readonly SeenMachine[] | undefined,
  words: string | undefined,
): LeftBehind[] {
  const mine = new Set(owned.runnerNames.map((name) => name.toLowerCase()));
  return strangers(runners, owned.environment, owned.knownRunners, owned.deliveries)
    .filter(({ name }) => !mine.has(name.toLowerCase()))
    .map((runner) => ({
      kind: "runner" as const,
      id: String(runner.id),
      name: runner.name,
      place: owned.repository,
      since: null,
      why: `it has the label ${labelOfStack(runner.labels, owned.environment)}, and neither state nor configuration has a runner of this name`,
      refusal: foreignReason(owned, runner, machines) ?? ghostRefusal(runner, words),
    }));
}

/** Why a runner may belong to another owner; undefined: it is this stack's. */
function foreignReason(
  { labelSets, stack }: Owned,
  { name, labels }: GitHubRunner,
  machines: readonly SeenMachine[] | undefined,
): string | undefined {
  if (!labelSets.some((each) => carries(labels, each)))
    return "it has not all labels of a runner of this stack, so it may be another one's";
  if (machines === undefined) return "Proxmox VE could not be read, so it may be a machine of another stack";
  const owner = machines.map(({ description }) => markOf(description)).find((mark) => mark?.name === name)?.stack;
  return owner === undefined || owner === stack ? undefined : `the stack ${owner} has a machine of this name`;
}

function ghostRefusal(runner: GitHubRunner, words: string | undefined): string | null {
  // GitHub itself refuses this one, whatever is asked.
  if (runner.busy) return "it runs a job. Next: wait until it is idle, or cancel the job";
  return runner.online && !force(words) ? `it is online. ${FORCE}` : null;
}

/** The stack and the machine that a VM's notes name; undefined: they are not this project's. */
function markOf(description: string | undefined): { stack: string; name: string } | undefined {
  const [, stack, name] = /^ghrunners (\S+) (\S+)$/.exec(description?.trim() ?? "") ?? [];
  return stack === undefined || name === undefined ? undefined : { stack, name };
}

/** Machines whose notes name this stack, and that neither its state nor its configuration has. */
export function strayMachines(owned: Owned, machines: readonly SeenMachine[], words: string | undefined): LeftBehind[] {
  return machines
    .filter(({ vmId, description }) => !owned.vmIds.includes(vmId) && markOf(description)?.stack === owned.stack)
    .map((machine) => ({
      kind: "machine" as const,
      id: String(machine.vmId),
      name: machine.name,
      place: `node ${machine.node}`,
      since: machine.createdAt === undefined ? null : new Date(machine.createdAt * 1000).toISOString(),
      why: `its notes say "${machine.description?.trim()}", and neither state nor configuration has VMID ${machine.vmId}`,
      refusal: machineRefusal(machine, words),
    }));
}

function machineRefusal(machine: SeenMachine, words?: string): string | null {
  const { vmId, template, isProtected, running, description } = machine;
  // A template that the program made of an image: its machines are full clones and do not need it.
  const isOfImage = isTemplateName(markOf(description)?.name ?? "");
  if (template && !isOfImage) return "it is a template, from which machines may be cloned";
  if (isProtected) return `it is protected. Next: qm set ${vmId} --protection 0 on its node`;
  return running && !force(words) ? `it is running. ${FORCE}` : null;
}

/** A version of the runner program on a machine. */
export interface SeenVersion {
  readonly version: string;
  /** Last change of its folder, seconds since 1970. */
  readonly at: number;
}

/**
 * Versions on a machine beyond the two that an upgrade keeps: the current one, and the newest other one, to go back to.
 */
export function oldVersions(machine: string, current: string, versions: readonly SeenVersion[]): LeftBehind[] {
  // Without a current one, nothing says which folders are in use.
  if (!versions.some(({ version }) => version === current)) return [];
  return versions
    .filter(({ version }) => version !== current)
    .sort((one, other) => other.at - one.at)
    .slice(1)
    .map(({ version, at }) => ({
      kind: "runner-version" as const,
      id: version,
      name: `runner ${version}`,
      place: machine,
      since: new Date(at * 1000).toISOString(),
      why: `${current} runs, and the version before it is kept to go back to`,
      refusal: null,
    }));
}

/** Releases on a target beyond the plan's limit, as its agent lists them. */
export function oldReleases(
  target: string,
  keep: number,
  releases: readonly { readonly version: string; readonly at: string }[],
): LeftBehind[] {
  return releases.map(({ version, at }) => ({
    kind: "release" as const,
    id: version,
    name: `release ${version}`,
    place: target,
    since: at,
    why: `the plan keeps ${keep} releases (limits.keepReleases)`,
    refusal: null,
  }));
}
