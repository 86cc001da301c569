import { currentInstance } from "@ghrunners/lab/instance";
import { labUp, type Lab } from "@ghrunners/lab/lifecycle";
import { ensureToolchain } from "@ghrunners/lab/toolchain/index";
import { engineFor, labEngine, type Engine } from "./engine";
import { ensureLabStack } from "./lab-stack";
import { projectRoot } from "@ghrunners/core/project-root";

/** The stack a command works on, ready to be used: for `lab` that includes a running laboratory. */
export interface Stack {
  readonly name: string;
  readonly engine: Engine;
  readonly lab?: Lab;
}

export { projectRoot };

/** `lab` and the lab's other stacks, `lab/staging` and `lab/production`; undefined for a stack of the user's own. */
export function labStackName(name: string): string | undefined {
  if (name === "lab") return name;
  return name.startsWith("lab/") ? name.slice("lab/".length) : undefined;
}

/**
 * @param name stack name; `lab` and `lab/...` bring the laboratory up first
 * @param say progress, one line at a time
 */
export async function openStack(name: string, say: (line: string) => void): Promise<Stack> {
  const toolchain = await ensureToolchain({ say });
  const inLab = labStackName(name);
  if (inLab === undefined) return { name, engine: engineFor(name, projectRoot, toolchain) };
  const lab = await labUp(currentInstance(), { projectRoot, say });
  const engine = labEngine(lab, projectRoot, toolchain, inLab);
  await ensureLabStack(lab, engine, say);
  return { name, engine, lab };
}

/** The stack named by the environment variable STACK; `lab` unless it says otherwise. */
export const stackName = (env: NodeJS.ProcessEnv = process.env): string => env.STACK || "lab";
