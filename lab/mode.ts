import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeWhole } from "@ghrunners/core/whole-file";
import type { Instance } from "./instance";

/** `machines`: guests in namespaces, needs root and Linux. `api-only`: the two APIs on loopback, no guests. */
export type LabMode = "machines" | "api-only";

/** Why guests cannot run here; undefined if they can. */
export function reasonForApiOnly(platform = process.platform, uid = process.getuid?.()): string | undefined {
  if (platform !== "linux") return `machines need Linux, and this is ${platform}`;
  if (uid !== 0) return "machines need root (network namespaces, mounts, systemd-nspawn), and this user is not root";
  return undefined;
}

const modeFile = (instance: Instance): string => path.join(instance.state, "mode");

/** The mode an existing instance was brought up in; undefined when it does not exist. */
export function modeOf(instance: Instance): LabMode | undefined {
  return existsSync(modeFile(instance)) ? (readFileSync(modeFile(instance), "utf8") as LabMode) : undefined;
}

/** Keeps the mode that an instance is brought up in. */
export const setMode = (instance: Instance, mode: LabMode): void => writeWhole(modeFile(instance), mode);

/**
 * The mode that an instance is in or will be brought up in.
 * @param asked counts when the instance is made. Default: machines where they can run
 */
export const modeToBe = (instance: Instance, asked?: LabMode): LabMode =>
  modeOf(instance) ?? asked ?? (reasonForApiOnly() === undefined ? "machines" : "api-only");
