/**
 * Hooks around steps that could disturb a job or meet leftovers of an interrupted run. They run in the program's
 * process, and only when such a step is executed.
 */
import * as pulumi from "@pulumi/pulumi";
import { type GitHubSettings, repositoryOf } from "@ghrunners/core/github/repository";
import type { GitHubClient } from "@ghrunners/core/github/client";
import { settled } from "../arguments";
import { type TemplateRequirement, templateReasons } from "../preflight/judge-template";
import { chooseDrain } from "./plan-drain";
import { isDisruptive, ownershipMark } from "./render-vm";
import type { RunnerVmHooks } from "./vm";
import { SOURCE_SET } from "./vm-firewall";
import { drainRunner } from "@ghrunners/core/github/drain";
import { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import { gitHubLibrary } from "../libraries";

/** What the hooks need to know about the runners. */
export interface HookContext {
  readonly github: GitHubSettings & { readonly token: string };
  readonly proxmox: { readonly endpoint: string; readonly token: string };
  /** All runners, with the labels they should carry. */
  readonly runners: readonly {
    readonly name: string;
    readonly vmId: number;
    /** What its VM is cloned from. */
    readonly source: TemplateRequirement;
    readonly labels: readonly string[];
    /** Name of the resource that installs the runner program. */
    readonly agentResource: string;
  }[];
  /** Allows changing a runner although no other one is healthy. */
  readonly force: boolean;
  /** How to set `force`, for the message of a refusal. */
  readonly forceHint: string;
  readonly drainMinutes: number;
  /** False if VMs have no guest: then nothing is drained. */
  readonly hosts: boolean;
}

/** Hooks around the steps of a runner. Plain: Pulumi's option `hooks`. */
export interface RunnerHooks extends RunnerVmHooks {
  /**
   * Restores the labels when an installation failed and was rolled back.
   * @example new pulumi.ErrorHook("runners-restore", restore)
   */
  readonly restoreLabels: pulumi.ErrorHook;
  /**
   * Whether this run removed the runner's labels. Call it after the previous steps.
   * @example (runnerName) => drained.has(runnerName)
   */
  wasDrained(runnerName: string): boolean;
}

const LEFTOVER_LIMIT_MS = 300_000;

async function openGitHub({ token, ...settings }: HookContext["github"]): Promise<GitHubClient> {
  const { GitHubClient: Client } = gitHubLibrary();
  return new Client(repositoryOf(settings), token);
}

/**
 * One set of hooks for all runners of a pool. Their names contain no runner's name: a hook named in the state must
 * exist even after its runner was removed from the program.
 *
 * @param name resource name of the pool
 */
export function runnerHooks(name: string, given: pulumi.Input<HookContext>): RunnerHooks {
  const drained = new Set<string>();

  const drain = new pulumi.ResourceHook(`${name}-drain`, async (step) => {
    const context = await settled(given);
    if (!context.hosts) return;
    if (step.type.includes("vmLegacy") && !isDisruptive(step.oldInputs ?? {}, step.newInputs ?? {})) return;
    const runnerName = runnerOf(step, context);
    if (runnerName === undefined) return;
    const github = await openGitHub(context.github);
    const states = await Promise.all(
      context.runners.map(async (runner) => ({ ...runner, atGitHub: await github.runnerNamed(runner.name) })),
    );
    const self = states.find((state) => state.name === runnerName)?.atGitHub ?? (await github.runnerNamed(runnerName));
    const choice = chooseDrain(runnerName, self, states, context);
    if (choice.action === "refuse") throw new Error(choice.reason);
    if (choice.action === "nothing") return;
    drained.add(runnerName);
    await drainRunner(github, choice.runnerId, context.drainMinutes * 60_000);
  });

  const restoreLabels = new pulumi.ErrorHook(`${name}-restore-labels`, async (step) => {
    const context = await settled(given);
    const runner = context.runners.find((candidate) => candidate.name === runnerOf(step, context));
    if (runner === undefined || !drained.has(runner.name)) return false;
    const github = await openGitHub(context.github);
    const atGitHub = await github.runnerNamed(runner.name);
    // Only a runner that is online again may get jobs.
    if (atGitHub?.online) await github.setLabels(atGitHub.id, runner.labels);
    return false;
  });

  const clearLeftovers = new pulumi.ResourceHook(`${name}-clear-leftovers`, async (step) => {
    const context = await settled(given);
    const vmId = Number(step.newInputs?.["vmId"]);
    const runner = context.runners.find((candidate) => candidate.vmId === vmId);
    if (runner === undefined) return;
    const proxmox = new ProxmoxClient(context.proxmox);
    if (step.type.includes("ipsetLegacy")) return proxmox.removeFirewallSet(runner.source.node, vmId, SOURCE_SET);
    if (!step.type.includes("vmLegacy")) return proxmox.clearFirewallRules(runner.source.node, vmId);
    const guests = await proxmox.guests();
    // Its drives were looked at in the preview; whether it is still there is known without another request.
    const reasons = templateReasons(runner.source, guests, undefined);
    if (reasons.length > 0) throw new Error(reasons.join("\n"));
    const holder = guests.find((guest) => guest.vmid === vmId);
    if (holder === undefined) return;
    const mark = ownershipMark(pulumi.getStack(), runner.name);
    const config = await proxmox.vmConfig(holder.node, vmId);
    if (config.description?.trim() !== mark) {
      throw new Error(
        `VMID ${vmId} of ${runner.name} is used by ${holder.name} on node ${holder.node}. Expected a free one, or a VM ` +
          `whose notes say "${mark}". Next: choose another vmId for ${runner.name}`,
      );
    }
    await proxmox.removeVm(holder.node, vmId, LEFTOVER_LIMIT_MS);
  });

  return { drain, clearLeftovers, restoreLabels, wasDrained: (runnerName) => drained.has(runnerName) };
}

/** The runner of a step: for a VM found by its name (it may have left the program), for an agent by its resource. */
function runnerOf(
  step: { readonly type: string; readonly name: string; readonly oldInputs?: Record<string, unknown> },
  context: HookContext,
): string | undefined {
  if (!step.type.includes("vmLegacy"))
    return context.runners.find(({ agentResource }) => agentResource === step.name)?.name;
  const name: unknown = step.oldInputs?.["name"];
  return typeof name === "string" ? name : undefined;
}
