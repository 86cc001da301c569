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
 * The resources of a stack's state, exported with secrets decrypted, in this process only. That is needed because the
 * output of a step on a host, which shows what the installation put there, counts as a secret: its connection contains
 * a key.
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

/** Reads state, GitHub and hosts, and compares them. Changes nothing. */
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
