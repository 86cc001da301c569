import { readFileSync } from "node:fs";
import path from "node:path";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { rootCommand } from "@ghrunners/core/ssh/script";
import { withSession } from "@ghrunners/core/ssh/session";

const LIMIT_MS = 60_000;
/** Newest lines of each unit's journal. */
const LINES = "200";

/**
 * State of a host and the newest lines of its units. Read-only.
 * @param units names, or patterns such as `ghrunners-*`
 */
export async function readHostFacts(host: HostAddress, privateKey: string, units: readonly string[]): Promise<string> {
  const script = readFileSync(path.join(__dirname, "scripts", "read-host.sh"), "utf8");
  return withSession(host, privateKey, async (session) => {
    const text = renderScript(script, { UNITS: units.join(" "), LINES });
    const { code, stdout, stderr } = await session.run(rootCommand("look"), text, LIMIT_MS);
    if (stdout.trim() === "") throw new Error(stderr.trim() || `exit code ${code}`);
    return stdout;
  });
}
