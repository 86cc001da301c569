import { readFileSync } from "node:fs";
import path from "node:path";
import type { HostScript } from "@ghrunners/core/ssh/script";

/** The text of a script of this folder. @param name file name, for example `agent.sh` */
export function readScript(name: string): string {
  return readFileSync(path.join(__dirname, name), "utf8");
}

/** What each script of the monitoring host has in front. */
const inFront = {
  "files.sh": ["wait-until-ready.sh", "account-folders.sh", "staged-files.sh"],
  "alertmanager.sh": ["wait-until-ready.sh", "account-folders.sh"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** A script for the monitoring host, with the functions in front that it calls. @param name file name */
export const monitoringScript = (name: keyof typeof inFront): string =>
  [...inFront[name], name].map(readScript).join("\n");

/** A script of this folder, ready for `runScript`. @param name file name, for example `registration.sh` */
export const hostScript = (name: string): HostScript => ({ name, text: readScript(name) });
