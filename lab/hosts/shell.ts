import { runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import type { Instance } from "../instance";
import { scriptEnvironment, scriptPath } from "../machines/script";
import { hostNamed, type HostName } from "./hosts";

/** What a script on a host ended with. */
export interface ShellResult {
  /** Exit code; 1 when a signal ended it. */
  readonly code: number;
  /** Both streams in the order in which they came. */
  readonly output: string;
}

/** Runs a bash script as root inside a standing host, without the network, as a console would. Needs root. */
export function runOnHost(
  instance: Instance,
  host: HostName,
  script: string,
  ...args: readonly string[]
): Promise<ShellResult> {
  return runOnMachine(instance, hostNamed(host).id, script, ...args);
}

/** The same inside any machine of the lab, by its number. */
export async function runOnMachine(
  instance: Instance,
  id: number,
  script: string,
  ...args: readonly string[]
): Promise<ShellResult> {
  const line = ["exec", String(id), "bash", "-s", "--", ...args];
  const options = { cwd: projectRoot, env: scriptEnvironment(instance), input: script };
  const { code, all } = await runProcess([scriptPath("control"), ...line], options);
  return { code, output: all };
}
