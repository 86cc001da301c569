import { readFileSync } from "node:fs";
import path from "node:path";
import { type HostScript, runScript } from "@ghrunners/core/ssh/script";
import { withSession } from "@ghrunners/core/ssh/session";
import { parseSums } from "./parse-sums";
import type { FileSum, MonitoringState } from "./state-monitoring";

const LIMIT_MS = 30_000;
const SCRIPT = "observe-files.sh";

/** @throws Error when the monitoring host cannot be reached or read */
export async function readMonitoring(
  { host, owner, folders, alertmanager = "" }: Omit<MonitoringState, "files">,
  privateKey: string,
  connectLimitMs?: number,
): Promise<FileSum[]> {
  const script: HostScript = { name: SCRIPT, text: readFileSync(path.join(__dirname, "scripts", SCRIPT), "utf8") };
  const parameters = { OWNER: owner, FOLDERS: folders.join("\n"), ALERTMANAGER_FILE: alertmanager };
  const sums = await withSession(
    host,
    privateKey,
    (session) =>
      runScript(session, script, "look", parameters, LIMIT_MS, `The files of ${host.host} could not be read`),
    connectLimitMs,
  );
  return parseSums(sums);
}
