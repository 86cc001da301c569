import { spawn } from "node:child_process";
import type { Instance } from "../instance";
import { scriptEnvironment, scriptPath } from "../machines/script";
import { hostNamed, type HostName } from "./hosts";

/** What a script on a host ended with. */
export interface ShellResult {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
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
export function runOnMachine(
  instance: Instance,
  id: number,
  script: string,
  ...args: readonly string[]
): Promise<ShellResult> {
  const line = ["exec", String(id), "bash", "-s", "--", ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(scriptPath("control"), line, { env: scriptEnvironment(instance) });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => void (output += text));
    }
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
    child.stdin.on("error", () => undefined).end(script);
  });
}
