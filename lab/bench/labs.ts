/**
 * The benchmark's own labs, made and removed by the same functions as any other lab.
 */
import path from "node:path";
import { baseFolders, instanceNamed, type Instance } from "../instance";
import { labDown, type Lab } from "../lifecycle";
import type { LabMode } from "../mode";
import { openLab } from "../pulumi/open";
import type { LabSession } from "../pulumi/session";
import { ensureToolchain } from "../toolchain";
import { withLock } from "../toolchain/lock";
import type { Bench } from "./scenario";

const instances: Readonly<Record<LabMode, Instance>> = {
  machines: instanceNamed("bench"),
  "api-only": instanceNamed("bench-api"),
};

/** A lab, and how commands run inside it. */
export interface BenchLab {
  readonly lab: Lab;
  readonly session: LabSession;
}

/** Works with an instance that does not exist yet, and removes what is there of it then, whatever happens. */
export async function withInstance<T>(
  bench: Bench,
  mode: LabMode,
  work: (instance: Instance) => Promise<T>,
): Promise<T> {
  const instance = instances[mode];
  const lock = path.join(baseFolders().state, `${instance.name}.lock`);
  const wait = ({ pid }: { pid: number }): void => bench.say(`Waiting for the benchmark of process ${pid}`);
  // Two benchmarks would take each other's laboratory away.
  return withLock(lock, wait, async () => {
    // What a killed benchmark left.
    await labDown(instance, bench.say);
    try {
      bench.signal.throwIfAborted();
      return await work(instance);
    } finally {
      await labDown(instance, bench.say);
    }
  });
}

/** Works in a laboratory that is up and holds no machine, and removes it, whatever happens. */
export function withLab<T>(bench: Bench, mode: LabMode, work: (bed: BenchLab) => Promise<T>): Promise<T> {
  return withInstance(bench, mode, async (instance) => {
    const toolchain = await ensureToolchain({ say: bench.say });
    for (const part of toolchain.parts) bench.version(part.name, part.version);
    const session = await openLab(instance, { say: bench.say, mode, owner: "organization" });
    return work({ lab: session.lab, session });
  });
}
