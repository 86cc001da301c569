import { once } from "node:events";
import type { Server } from "node:net";
import { monitoringSettings } from "@ghrunners/config/arguments/monitoring";
import { note } from "@ghrunners/core/terminal";
import { printJson } from "../command";
import { monitoringUrls } from "../monitoring/address";
import { currentStack, type Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { consolePage, pageFiles } from "./assets";
import { openInBrowser } from "./open";
import { Readings } from "./readings";
import { panelsOf, type DashboardData } from "./panels";
import { startServer, WrongQuestion, type Served } from "./server";
import { snapshotOf, topologyOf, type ConsoleSnapshot } from "./snapshot";
import { sourcesOf } from "./sources";

export interface Options {
  readonly stack?: string;
  readonly port?: number;
  readonly open?: boolean;
  readonly json?: boolean;
}

/** Ends when Ctrl-C or SIGTERM asks for it. */
async function asked(): Promise<void> {
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
}

/** What the console of a stack answers with; the page is the caller's. Reads the stack's settings. */
export async function servedStack(stack: Stack): Promise<Omit<Served, "page">> {
  // Read once: each reading starts Pulumi. A changed setting needs a new start.
  const settings = await settingsOf(stack);
  const readings = new Readings(sourcesOf(stack.name, settings));
  const topology = topologyOf(settings, monitoringSettings(settings).runbookBaseUrl);
  const snapshot = (): ConsoleSnapshot => snapshotOf(stack.name, settings, topology, readings.parts(), new Date());
  const urls = monitoringUrls(settings);
  const panels = (query: URLSearchParams): Promise<DashboardData> => {
    if (urls === undefined) throw new WrongQuestion(`The stack ${stack.name} has no monitoring host.`);
    return panelsOf(urls.prometheus, settings.environment, query, new Date());
  };
  return { title: `${stack.name}: GitHub runners`, json: { "/api/snapshot": snapshot, "/api/panels": panels } };
}

/**
 * Serves until Ctrl-C or SIGTERM, and says where.
 * @param at see startServer
 */
export async function serve(stack: string, served: Served, at: number | Server, options: Options): Promise<void> {
  const server = await startServer(served, at);
  const ended = asked();
  if (options.json) printJson<"console">({ version: 1, stack, url: server.url });
  else process.stdout.write(`${server.url}\n`);
  note(`The console of ${stack} is at ${server.url} (Ctrl-C ends it)`);
  if (options.open) openInBrowser(server.url);
  await ended;
  await server.close();
}

export async function showConsole(options: Options): Promise<number> {
  const stack = await currentStack(options.stack);
  const served = { ...(await servedStack(stack)), page: await pageFiles(consolePage) };
  await serve(stack.name, served, options.port ?? 0, options);
  return 0;
}
