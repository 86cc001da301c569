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
import { type HostScript, runScript } from "@ghrunners/core/ssh/script";
import { withSession } from "@ghrunners/core/ssh/session";

const LIMIT_MS = 30_000;
const SCRIPT = "read-decisions.sh";

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
  const script: HostScript = { name: SCRIPT, text: readFileSync(path.join(__dirname, "scripts", SCRIPT), "utf8") };
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
    (session) => runScript(session, script, "look", parameters, LIMIT_MS, `${host.host} could not be read`),
    connectLimitMs,
  );
}
