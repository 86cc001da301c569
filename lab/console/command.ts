/** `npm run lab -- console`: the console of the lab's stack, with the lab's faults as buttons. */
import { createServer } from "node:net";
import { listen } from "@ghrunners/cli/console/server";
import { nodeLine } from "@ghrunners/core/node-line";
import { runInside } from "../exec";
import type { LabSession } from "../pulumi/session";

export interface ConsoleOptions {
  readonly port?: number;
  readonly json?: boolean;
  readonly open?: boolean;
}

/**
 * Serves on the loopback of this machine, where the browser is, until Ctrl-C.
 * @returns exit code
 * @throws Error that names the port if it is taken
 */
export async function labConsole(session: LabSession, { port = 0, json, open }: ConsoleOptions): Promise<number> {
  const socket = createServer();
  await listen(socket, port);
  const words = [...(json ? ["--json"] : []), ...(open ? ["--open"] : [])];
  return runInside(session, nodeLine("lab/console/main.ts", ...words), {}, socket);
}
