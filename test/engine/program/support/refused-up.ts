import assert from "node:assert/strict";
import { begunSteps } from "@ghrunners/lab/driver/engine-events";
import { hostsOnLoopback } from "@ghrunners/lab/driver/hosts-on-loopback";
import type { Rehearsal } from "@ghrunners/lab/driver/rehearsal";
import type { EngineRun, StackSettings } from "@ghrunners/lab/driver/engine-run";

/** A machine of another owner on the node. */
export const foreign = { vmId: 777, name: "other-vm", address: "127.0.0.77" };

/** Number of errors that the diagnostics list. */
export const errorsOf = ({ output }: EngineRun): number =>
  output.split("Diagnostics:")[1]?.match(/^ +error: /gm)?.length ?? 0;

/** Kinds of what was written at a service since the mark. A registration token is asked for and dropped. */
async function writes(rehearsal: Rehearsal, service: "proxmox" | "github", since: number): Promise<string[]> {
  const kinds = (await rehearsal.events(service, since)).map(({ kind }) => kind);
  return kinds.filter((kind) => !kind.startsWith("fault.") && kind !== "runner-token.issued");
}

/**
 * Runs `up`, which must fail with all of these words, and checks what it left.
 * @throws AssertionError when the input is taken, a secret is printed, or anything is made
 */
export async function refusedUp(
  rehearsal: Rehearsal,
  words: readonly RegExp[],
  settings: StackSettings = {},
  env: NodeJS.ProcessEnv = {},
): Promise<EngineRun> {
  const marks = { proxmox: await rehearsal.mark("proxmox"), github: await rehearsal.mark("github") };
  const run = await rehearsal.pulumi(["up"], { ...hostsOnLoopback, ...settings }, env);
  assert.notEqual(run.code, 0, `the bad input was taken:\n${run.output}`);
  for (const pattern of words) assert.match(run.output, pattern);
  const { proxmoxToken, githubToken } = rehearsal.lab.secrets;
  for (const secret of [proxmoxToken, githubToken]) assert.ok(!run.output.includes(secret), "a secret was printed");
  assert.deepEqual(begunSteps(run), [], "a resource was begun");
  assert.deepEqual(await writes(rehearsal, "proxmox", marks.proxmox), []);
  assert.deepEqual(await writes(rehearsal, "github", marks.github), []);
  return run;
}
