import { readdirSync, readFileSync } from "node:fs";
import { identityOf, type ProcessIdentity } from "@ghrunners/core/process-identity";
import { backendUrl, type Instance } from "./instance";
import { end } from "./processes";

/**
 * The variable that every process started inside the lab inherits, the engine, its language host and its plugins among
 * them.
 */
export const backendVariable = (instance: Instance): string => `PULUMI_BACKEND_URL=${backendUrl(instance)}`;

function hasVariable(pid: number, variable: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(variable);
  } catch {
    return false;
  }
}

/**
 * Engine, language hosts and plugins by name, and the Node processes that run programs, policy packs and dynamic
 * resources.
 */
function isEngine(pid: number): boolean {
  try {
    const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return line.some((word) => /(^|\/)pulumi(-[a-z-]+)?$|@pulumi\/pulumi\/cmd\//.test(word));
  } catch {
    return false;
  }
}

/** Processes of the engine that work on this instance. Other commands that a user runs inside the lab do not count. */
export function engineProcesses(instance: Instance): ProcessIdentity[] {
  const variable = backendVariable(instance);
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => pid !== process.pid && hasVariable(pid, variable) && isEngine(pid))
    .flatMap((pid) => identityOf(pid) ?? []);
}

/**
 * Ends what an engine left behind that was killed: its plugins are in process groups of their own and may keep running,
 * in the worst case writing to the services.
 * @returns how many were ended
 */
export async function endEngineProcesses(instance: Instance): Promise<number> {
  const found = process.platform === "linux" ? engineProcesses(instance) : [];
  await Promise.all(found.map((identity) => end(identity)));
  return found.length;
}
