import { capturePulumi } from "../pulumi/run";
import type { Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { collect } from "./collect";
import { compare } from "./compare";
import { expectationOf } from "./expectation";
import type { DriftReport } from "./report";
import { stackState, type StackState } from "./state";
import type { StateResource } from "./state-values";

/**
 * The resources of a stack's state. The output of a step on a host counts as a secret, because its connection holds a
 * key, and the installation says there what it put on the host: so the export shows secrets, to this process alone.
 */
export async function readResources(stack: Stack): Promise<readonly StateResource[]> {
  const text = await capturePulumi(stack, ["stack", "export", "--show-secrets"]);
  const { deployment } = JSON.parse(text) as { deployment: { resources?: StateResource[] } };
  return deployment.resources ?? [];
}

/** What the stack made, from its state. */
export async function readState(stack: Stack): Promise<StackState> {
  return stackState(await readResources(stack));
}

/** Reads the three planes of a stack and compares them. Nothing is changed. */
export async function driftOf(stack: Stack): Promise<DriftReport> {
  const [settings, state] = await Promise.all([settingsOf(stack), readState(stack)]);
  const expected = expectationOf(stack.name, settings, state);
  const looksAtHosts = settings.hosts !== "skip";
  const seen = await collect({
    github: { ...settings.github, token: settings.githubToken },
    ...(state.environment === undefined ? {} : { environment: state.environment.name }),
    managesRepository: state.repository !== undefined,
    hosts: looksAtHosts ? expected.hosts : [],
    ...(looksAtHosts && state.monitoring !== undefined ? { monitoring: state.monitoring } : {}),
    sshPrivateKey: settings.sshPrivateKey,
  });
  return compare(expected, seen, new Date());
}
