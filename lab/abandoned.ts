import { readdirSync, readFileSync } from "node:fs";
import { identityOf, type Identity } from "@ghrunners/core/process-identity";
import type { Instance } from "./instance";
import { end } from "./processes";

/** The variable by which every process of an engine on this instance can be told: engine, language host and plugins inherit it. */
export const backendVariable = (instance: Instance): string => `PULUMI_BACKEND_URL=file://${instance.backend}`;

function hasVariable(pid: number, variable: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(variable);
  } catch {
    return false;
  }
}

/** Processes that were started for the engine on this instance. */
export function engineProcesses(instance: Instance): Identity[] {
  const variable = backendVariable(instance);
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => pid !== process.pid && hasVariable(pid, variable))
    .flatMap((pid) => identityOf(pid) ?? []);
}

/**
 * Ends what an engine left behind that was killed: its plugins stand in process groups of their own and may run on,
 * in the worst case writing to the services.
 * @returns how many were ended
 */
export async function endEngineProcesses(instance: Instance): Promise<number> {
  const found = process.platform === "linux" ? engineProcesses(instance) : [];
  await Promise.all(found.map((identity) => end(identity)));
  return found.length;
}
