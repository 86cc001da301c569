import { readFileSync } from "node:fs";
import path from "node:path";
import type { HostScript } from "@ghrunners/core/ssh/script";

/** The text of a script of this folder. @param name file name, for example `agent.sh` */
export function readScript(name: string): string {
  return readFileSync(path.join(__dirname, name), "utf8");
}

/**
 * A script that asks Prometheus or Alertmanager, with the function in front that waits for them.
 * @param name file name, for example `files.sh`
 */
export const monitoringScript = (name: string): string =>
  [readScript("wait-until-ready.sh"), readScript(name)].join("\n");

/** A script of this folder, ready for `runScript`. @param name file name, for example `registration.sh` */
export const hostScript = (name: string): HostScript => ({ name, text: readScript(name) });
