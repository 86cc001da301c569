import { readFileSync } from "node:fs";
import path from "node:path";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { runScript, type HostScript } from "@ghrunners/core/ssh/script";
import { withSession } from "@ghrunners/core/ssh/session";
import { RUNNER_HOME } from "@ghrunners/core/vocabulary/runner";
import type { SeenVersion } from "./plan";

const LIMIT_MS = 60_000;
const NAME = "runner-versions.sh";

async function onHost(
  host: HostAddress,
  privateKey: string,
  verb: string,
  versions: readonly string[],
): Promise<string> {
  const script: HostScript = { name: NAME, text: readFileSync(path.join(__dirname, "scripts", NAME), "utf8") };
  return withSession(host, privateKey, (session) =>
    runScript(session, script, verb, { RUNNER_HOME, VERSIONS: versions.join(" ") }, LIMIT_MS),
  );
}

/** Versions of the runner program on a machine. Only folders with a version as their name count. */
export async function readVersions(
  host: HostAddress,
  privateKey: string,
): Promise<{ readonly current: string; readonly versions: readonly SeenVersion[] }> {
  const facts = (await onHost(host, privateKey, "look", [])).split("\n").map((line) => line.split("\t"));
  return {
    current: facts.find(([key]) => key === "current")?.[1] ?? "",
    versions: facts.flatMap(([key, version = "", at = ""]) =>
      key === "version" && /^\d+(\.\d+)+$/.test(version) ? [{ version, at: Number(at) }] : [],
    ),
  };
}

export const removeVersions = (host: HostAddress, privateKey: string, versions: readonly string[]): Promise<string> =>
  onHost(host, privateKey, "remove", versions);
