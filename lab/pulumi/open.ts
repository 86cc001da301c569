import { projectRoot } from "@ghrunners/core/project-root";
import type { Instance } from "../instance";
import { labUp, runningLab, type LabOptions } from "../lifecycle";
import { ensureToolchain } from "../toolchain";
import { templatesAhead } from "../templates";
import { labSession, type LabSession } from "./session";
import { ensureLabStack } from "./stack";

/**
 * Brings the lab up with its stack, ready for `pulumi up`.
 * @param options see labUp; `stack` names one of the lab's further stacks
 */
export async function openLab(
  instance: Instance,
  { stack, ...options }: Omit<LabOptions, "projectRoot"> & { readonly stack?: string },
): Promise<LabSession> {
  const templates = templatesAhead(instance, options);
  // Also after a failure: its words are the last on the screen.
  const toolchain = await ensureToolchain({ say: options.say }).finally(() => templates);
  const lab = await labUp(instance, { ...options, projectRoot });
  const session = labSession(lab, toolchain, { stack });
  await ensureLabStack(session, options.say);
  return session;
}

/**
 * The session of a lab that is up. Starts nothing.
 * @throws Error when it is not up
 */
export async function enterLab(instance: Instance, say: (line: string) => void, stack?: string): Promise<LabSession> {
  return labSession(runningLab(instance), await ensureToolchain({ say }), { stack });
}
