/**
 * Completes the answers so far with stand-ins, so that the configuration's own checks can be asked about an answer
 * before the others are there. No stand-in is ever shown, written or contacted. Pure but for the key, which is made
 * once.
 */
import { formatAddress, parseAddress, subnetOf } from "@ghrunners/core/vocabulary/ipv4";
import { guardOverrides } from "@ghrunners/core/vocabulary/safety";
import { makeKeyPair } from "@ghrunners/core/ssh/key-pair";
import { defaults } from "@ghrunners/components/runner/defaults";
import { preflightInputs } from "@ghrunners/config/arguments/preflight";
import type { PreflightInputs } from "@ghrunners/components/preflight/args";
import type { ParseResult, Settings } from "@ghrunners/config/parse";
import type { SettingsTree } from "../../pulumi/stack-document";
import { overlay, parseTree, type StackSecrets, valueOf } from "../answers";
import { type InitFinding, fromConfiguration } from "../findings";
import type { Conversation } from "./conversation";
import { isAbout } from "./question";

/** No guest has such a number, and no answer proposes one. */
const FIRST_VMID = 999_999_000;

let key: string | undefined;
const standInKey = (): string => (key ??= makeKeyPair("ed25519").privateKey);

const standInSecrets = (needed: StackSecrets): StackSecrets => ({
  proxmoxToken: "stand@in!stand-in=0",
  githubToken: "stand-in-token",
  exporterToken: "stand-in-token",
  ...needed,
  sshPrivateKey: needed.sshPrivateKey ?? standInKey(),
});

type PartialRunner = Readonly<Record<string, unknown>>;

/** The runners, each with what it lacks. Their addresses are the last ones of the gateway's subnet. */
function completedRunners(tree: SettingsTree, gateway: string): PartialRunner[] {
  const runners = Array.isArray(tree.runners) ? (tree.runners as PartialRunner[]) : [{}];
  const prefix = valueOf(tree, "network.prefixLength");
  const length = typeof prefix === "number" ? prefix : defaults.network.prefixLength;
  const { broadcast } = subnetOf(parseAddress(gateway) ?? 0, length);
  return runners.map((runner, index) => ({
    role: index === 0 ? "primary" : "secondary",
    name: `stand-in-${index}`,
    vmId: FIRST_VMID + index,
    address: formatAddress(broadcast - 1 - index),
    ...runner,
  }));
}

/** The gateway that was given; else one beside the first address that was given. */
function gatewayOf(tree: SettingsTree): string {
  const said = valueOf(tree, "network.gateway");
  if (typeof said === "string" && parseAddress(said) !== undefined) return said;
  const address = valueOf(tree, "runners[0].address");
  const beside = typeof address === "string" ? parseAddress(address) : undefined;
  return beside === undefined
    ? "192.0.2.1"
    : formatAddress(beside % 256 === 1 ? beside + 1 : beside - (beside % 256) + 1);
}

function completed(tree: SettingsTree): SettingsTree {
  const gateway = gatewayOf(tree);
  const runners = completedRunners(tree, gateway);
  const node = valueOf(tree, "proxmox.node") ?? "stand-in";
  const hasImage = valueOf(tree, "proxmox.image") !== undefined;
  const others = runners.flatMap((runner) =>
    typeof runner.node === "string" && runner.node !== node ? [[runner.node, FIRST_VMID - 2]] : [],
  );
  const { deployment, monitoring } = tree as {
    deployment?: { branches?: unknown; tags?: unknown };
    monitoring?: unknown;
  };
  const hasRefs = deployment === undefined || deployment.branches !== undefined || deployment.tags !== undefined;
  const below: SettingsTree = {
    proxmox: {
      endpoint: "https://stand-in.invalid",
      node,
      ...(hasImage ? {} : { templateId: FIRST_VMID - 1 }),
      ...(others.length === 0 || hasImage ? {} : { templates: Object.fromEntries(others) as unknown }),
    },
    github: { repository: "stand-in/stand-in" },
    network: { gateway, adminCidr: "192.0.2.0/24" },
    safety: { allowUnreviewedProduction: guardOverrides["production-reviewed"].words },
    ...(hasRefs ? {} : { deployment: { branches: ["main"] } }),
    ...(monitoring === undefined
      ? {}
      : { monitoring: { host: "192.0.2.2", user: "stand-in", hostKey: "ssh-ed25519 AAAA" } }),
  };
  return { ...overlay(below, tree), runners };
}

const parsed = ({ stack, tree, secrets }: Conversation): ParseResult =>
  parseTree(stack, completed(tree), standInSecrets(secrets));

/** What is wrong with the answers so far, whatever else is missing. */
export function configurationFindings(known: Conversation): InitFinding[] {
  const result = parsed(known);
  return "problems" in result ? result.problems.map(fromConfiguration) : [];
}

/** The same for one setting. */
export const configurationFinding = (known: Conversation, setting: string): InitFinding | undefined =>
  configurationFindings(known).find(({ setting: at }) => isAbout(at, setting));

/** @throws Error if an answer is malformed, which is a mistake of the caller: it was checked when it was given */
function settingsSoFar(known: Conversation): Settings {
  const result = parsed(known);
  if ("settings" in result) return result.settings;
  throw new Error(result.problems.map((each) => `${each.path}: ${fromConfiguration(each).reason}`).join("\n"));
}

/** The monitoring host as far as it is known, with the settings' defaults. */
export const monitoringSoFar = (known: Conversation): Settings["monitoring"] => settingsSoFar(known).monitoring;

/** Whether a runner's machine can be looked for: it has a number and an address. */
const isComplete = (runner: PartialRunner): boolean => runner.vmId !== undefined && runner.address !== undefined;

/** The answers so far as the preview looks at them. Only addresses of runners that were answered are contacted. */
export function inputsSoFar(known: Conversation): PreflightInputs {
  const inputs: PreflightInputs = { ...preflightInputs(settingsSoFar(known), known.stack), refusals: [] };
  const said = Array.isArray(known.tree.runners) ? (known.tree.runners as PartialRunner[]) : [];
  const complete = inputs.runners.filter((_, index) => isComplete(said[index] ?? {}));
  return complete.length === 0 ? { ...inputs, hosts: false } : { ...inputs, runners: complete };
}
