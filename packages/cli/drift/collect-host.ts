import path from "node:path";
import {
  HOOK_POLICY_FILE,
  HOOKS_FOLDER,
  JOB_FOLDERS,
  RUNNER_HOME,
  RUNNER_USER,
} from "@ghrunners/core/vocabulary/runner";
import { type HostScript, runScript } from "@ghrunners/core/ssh/script";
import { withSession } from "@ghrunners/core/ssh/session";
import type { HostExpectation } from "./expectation";
import type { SeenHost } from "./observation";
import { withKeyFiles } from "./key-files";
import { parseHost } from "./parse-host";

const LIMIT_MS = 30_000;
const SCRIPT = "observe-host.sh";

/**
 * @param limits of the connection and of the script, milliseconds
 * @throws Error if the host cannot be reached or read
 */
export async function readHost(
  { name, unit, ...address }: Pick<HostExpectation, "name" | "host" | "user" | "hostKey" | "unit">,
  privateKey: string,
  limits: { readonly connectMs?: number; readonly runMs?: number } = {},
): Promise<SeenHost> {
  const script: HostScript = { name: SCRIPT, text: withKeyFiles(path.join(__dirname, "scripts", SCRIPT)) };
  const parameters = {
    UNIT: unit?.name ?? "",
    RUNNER_HOME,
    JOB_FOLDERS: JOB_FOLDERS.join(" "),
    POLICY_FILE: HOOK_POLICY_FILE,
    HOOKS_FOLDER,
    RUNNER_USER,
  };
  const facts = await withSession(
    address,
    privateKey,
    (session) => runScript(session, script, "look", parameters, limits.runMs ?? LIMIT_MS, `${name} could not be read`),
    limits.connectMs,
  );
  return parseHost(name, facts);
}
