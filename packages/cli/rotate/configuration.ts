import { copyFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { capturePulumi } from "../pulumi/run";
import { type Stack, stackFile } from "../pulumi/stack";

const MARK = ".rotation-";

/** Sets the secret in a copy of the stack's file. @returns the copy */
async function inCopy(stack: Stack, setting: string, value: string): Promise<string> {
  const file = stackFile(stack);
  const [folder, base] = [path.dirname(file), path.basename(file, ".yaml")];
  for (const left of readdirSync(folder).filter((name) => name.startsWith(`${base}${MARK}`))) {
    rmSync(path.join(folder, left));
  }
  const copy = path.join(folder, `${base}${MARK}${process.pid}.yaml`);
  copyFileSync(file, copy);
  const set = ["config", "set", "--config-file", copy, "--path", "--secret", setting];
  await capturePulumi(stack, set, value).catch((error: unknown) => {
    rmSync(copy);
    throw error;
  });
  return copy;
}

/**
 * Sets a secret of the stack's configuration atomically. `pulumi config set` stores what it has read when its standard
 * input ends: if this process were killed at that moment, an empty value would be stored. So it works on a copy.
 * @param setting path such as `ghrunners:secretValues.NAME`
 */
export async function setSecret(stack: Stack, setting: string, value: string): Promise<void> {
  renameSync(await inCopy(stack, setting, value), stackFile(stack));
}

/** Whether a secret can be set, tried on a copy. @throws PulumiError that says why not */
export async function requireSettable(stack: Stack, setting: string): Promise<void> {
  rmSync(await inCopy(stack, setting, "tried"));
}
