import { readFileSync } from "node:fs";
import path from "node:path";
import {
  DECISION_FILE,
  HISTORY_FILE,
  STATE_FILE,
  SWITCH_STATE,
  SWITCH_UNIT,
} from "@ghrunners/core/vocabulary/failover";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { rootCommand } from "@ghrunners/core/ssh/script";
import { withSession } from "@ghrunners/core/ssh/session";

const LIMIT_MS = 30_000;

/**
 * Reads the failover switch's records on the monitoring host. Read-only.
 * @param changes how many of the newest changes to show
 * @param connectLimitMs time limit of the connection, milliseconds; default: that of every session
 */
export async function readDecisions(
  host: HostAddress,
  privateKey: string,
  changes: number,
  connectLimitMs?: number,
): Promise<string> {
  const script = readFileSync(path.join(__dirname, "scripts", "read-decisions.sh"), "utf8");
  const parameters = {
    UNIT: SWITCH_UNIT,
    STATE: SWITCH_STATE,
    DECISION_FILE,
    HISTORY_FILE,
    STATE_FILE,
    CHANGES: String(changes),
  };
  return withSession(
    host,
    privateKey,
    async (session) => {
      const { code, stdout, stderr } = await session.run(
        rootCommand("look"),
        renderScript(script, parameters),
        LIMIT_MS,
      );
      if (code !== 0) throw new Error(`${host.host} could not be read: ${stderr.trim() || `exit code ${code}`}`);
      return stdout;
    },
    connectLimitMs,
  );
}
