import { readFileSync } from "node:fs";
import path from "node:path";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { rootCommand } from "@ghrunners/core/ssh/script";
import { withSession } from "@ghrunners/core/ssh/session";
import { parseSums } from "./parse-sums";
import type { FileSum, MonitoringState } from "./state-monitoring";

const LIMIT_MS = 30_000;

/** @throws Error when the monitoring host cannot be reached or read */
export async function readMonitoring(
  { host, owner, folders, alertmanager = "" }: Omit<MonitoringState, "files">,
  privateKey: string,
  connectLimitMs?: number,
): Promise<FileSum[]> {
  const script = readFileSync(path.join(__dirname, "scripts", "observe-files.sh"), "utf8");
  const parameters = { OWNER: owner, FOLDERS: folders.join("\n"), ALERTMANAGER_FILE: alertmanager };
  return withSession(
    host,
    privateKey,
    async (session) => {
      const { code, stdout, stderr } = await session.run(
        rootCommand("look"),
        renderScript(script, parameters),
        LIMIT_MS,
      );
      if (code !== 0)
        throw new Error(`The files of ${host.host} could not be read: ${stderr.trim() || `exit code ${code}`}`);
      return parseSums(stdout);
    },
    connectLimitMs,
  );
}
