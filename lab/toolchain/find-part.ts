import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import type { WantedPart } from "./parts";
import { run } from "./run";

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The first executable of that name on PATH. */
export function onPath(name: string, searchPath: string): string | undefined {
  return searchPath
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, name))
    .find(isExecutable);
}

/** Where the ordinary Pulumi CLI keeps an installed plugin. */
export function installedPlugin(part: WantedPart, pulumiHome: string): string {
  return path.join(pulumiHome, "plugins", `resource-${part.name}-v${part.version}`, part.binary);
}

/**
 * Looks for a part of exactly the wanted version on this machine. The language host has no version of its own: it counts
 * when it lies beside a CLI of the wanted version, as in the official release.
 */
export async function findPart(part: WantedPart, env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  if (part.place === "plugin") {
    const file = installedPlugin(part, env.PULUMI_HOME ?? path.join(env.HOME ?? homedir(), ".pulumi"));
    return isExecutable(file) ? file : undefined;
  }
  if (part.place === "tool") return findTool(part, env);
  const cli = onPath("pulumi", env.PATH ?? "");
  if (cli === undefined) return undefined;
  const file = path.join(path.dirname(cli), part.binary);
  if (!isExecutable(file)) return undefined;
  const outcome = await run(cli, ["version"], { env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" } });
  return outcome.code === 0 && outcome.stdout.trim() === `v${part.version}` ? file : undefined;
}

/** A program on PATH whose own words name the wanted version: "promtool, version 3.16.0 (branch: ...)". */
async function findTool(part: WantedPart, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const file = onPath(part.binary, env.PATH ?? "");
  if (file === undefined) return undefined;
  const { code, stdout } = await run(file, ["--version"], { env });
  return code === 0 && stdout.includes(`version ${part.version} `) ? file : undefined;
}
