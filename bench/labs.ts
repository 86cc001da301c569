/**
 * Laboratories of the benchmark's own, made and removed by the same functions as everybody's.
 */
import { instanceNamed, type Instance } from "../lab/instance";
import { labDown, labUp, type Lab, type LabMode, type LabOptions } from "../lab/lifecycle";
import { labEngine, type Engine } from "../ops/pulumi/engine";
import { ensureLabStack } from "../ops/pulumi/lab-stack";
import { projectRoot } from "../ops/pulumi/stack";
import { ensureToolchain } from "../toolchain";
import type { Bench } from "./scenario";

export const machinesInstance = (): Instance => instanceNamed("bench");
export const apiInstance = (): Instance => instanceNamed("bench-api");

/** Loopback ports of the API-only lab, apart from the default lab's. */
const apiPorts = { proxmox: 28_006, github: 28_443 };

/** A lab and the engine for its stack. */
export interface Bed {
  readonly lab: Lab;
  readonly engine: Engine;
}

/** A laboratory from nothing: what an earlier benchmark left is removed first. */
export async function freshLab(bench: Bench, mode: LabMode): Promise<Bed> {
  const instance = mode === "machines" ? machinesInstance() : apiInstance();
  await labDown(instance, bench.say);
  bench.signal.throwIfAborted();
  const toolchain = await ensureToolchain({ say: bench.say });
  const own: Partial<LabOptions> = mode === "machines" ? {} : { mode, ports: apiPorts };
  const lab = await labUp(instance, { projectRoot, say: bench.say, forward: false, ...own });
  const engine = labEngine(lab, projectRoot, toolchain);
  await ensureLabStack(lab, engine);
  for (const part of toolchain.parts) bench.version(part.name, part.version);
  return { lab, engine };
}

/** Works in a fresh laboratory and removes it, whatever happens. */
export async function inFreshLab<T>(bench: Bench, mode: LabMode, work: (bed: Bed) => Promise<T>): Promise<T> {
  try {
    return await work(await freshLab(bench, mode));
  } finally {
    await labDown(mode === "machines" ? machinesInstance() : apiInstance(), bench.say);
  }
}
